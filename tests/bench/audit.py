"""What `envprobe doctor` costs: one file, many files, and a container that runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from . import guest
from .cost import Cost, in_turn, of_program
from .host import ENVPROBE
from .row import Row, amount, ratio

FEW, MANY = 100, 1_000
FOUND = 1
"""The exit status of findings: the container runs as root, and its work would be lost."""
DOCKERFILE = """\
FROM python:3.9.2-slim AS stage{number}
ARG VERSION={number}
RUN pip install --no-cache-dir numpy==1.22.{number} && useradd --create-home worker
WORKDIR /work
COPY train.py .
USER worker
CMD ["python", "train.py", "--seed", "{number}"]
"""
"""No fault above a note: exit status 0. No two are the same."""


def rows(runs: int) -> Iterator[Row]:
    """Yield whole commands: seconds of one file and of a live container, and CPU of each file more where they are many."""
    with TemporaryDirectory() as folder:
        one, few, many = (_written(Path(folder, str(count)), count) for count in (1, FEW, MANY))
        single, hundred, thousand = _each(runs, one, few, many)
    yield amount("`envprobe doctor` of one file", [cost.wall_s for cost in single], "s", at_most=0.3)
    yield amount("the same, CPU", [cost.cpu_s for cost in single], "s", at_most=0.3)
    a_file = [
        [(cost.cpu_s - alone.cpu_s) / (count - 1) for cost, alone in zip(costs, single, strict=True)]
        for costs, count in ((thousand, MANY), (hundred, FEW))
    ]
    what = f"`envprobe doctor` of {MANY:,} files, CPU of each file more"
    yield ratio(what, a_file[0], f"of {FEW}", a_file[1], unit="ms", at_most=1.25)
    with guest.container() as name:
        command: list[str | Path] = [ENVPROBE, "doctor", f"docker://{name}"]
        (live,) = in_turn(runs, partial(of_program, command, FOUND))
    yield amount("`envprobe doctor docker://`, a live container", [cost.wall_s for cost in live], "s", at_most=0.5)
    yield amount("the same, CPU", [cost.cpu_s for cost in live], "s", at_most=0.5)


def _written(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"Dockerfile.{number}").write_text(DOCKERFILE.format(number=number))
    return folder


def _each(runs: int, *targets: str | Path) -> list[list[Cost]]:
    return in_turn(runs, *(partial(of_program, [ENVPROBE, "doctor", target]) for target in targets))
