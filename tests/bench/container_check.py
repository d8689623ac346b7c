"""What `envprobe check` costs on a container or image that the baseline knows, where nothing has to be hashed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.support.engine import standin_image

from . import guest
from .cost import in_turn, of_program
from .host import ENVPROBE
from .row import Row, ratio

NOT_ROOT = "import os, sys; os.geteuid = lambda: 65534; from envprobe.__main__ import run; sys.exit(run())"
"""The command for which the engine's own folders are not to be read, on a machine where only root may run this."""


def rows(runs: int) -> Iterator[Row]:
    """Yield `check docker://` and `check image://` without the benchmark, and `check image://` with it."""
    with guest.container() as name, tempfile.TemporaryDirectory() as folder:
        baseline = Path(folder, "standin.json")
        recording: list[str | Path] = [ENVPROBE, "record", f"docker://{name}", "--output", baseline]
        subprocess.run(recording, check=True, capture_output=True)
        yield _clean_container(runs, name, baseline)
        yield _not_root(runs, name, baseline)
        yield _bare_image(runs, baseline)
        yield _image(runs, baseline)


def _clean_container(runs: int, name: str, baseline: Path) -> Row:
    """Bound the whole command by an exec of nothing and the inventory, as it takes inside the container."""
    check: list[str | Path] = [ENVPROBE, "check", f"docker://{name}", "--baseline", baseline, "--no-benchmark"]
    ours, bare, inside = in_turn(
        runs,
        lambda: of_program(check).wall_s,
        lambda: of_program(["docker", "exec", name, "python3", "-c", "pass"]).wall_s,
        lambda: guest.in_turn(name, 1, guest.probe())[0][0].wall_s,
    )
    least = [nothing + inventory for nothing, inventory in zip(bare, inside, strict=True)]
    return ratio(
        "`envprobe check docker://`, clean, no benchmark", ours, "`docker exec` of nothing + inventory", least, at_most=1.35
    )


def _not_root(runs: int, name: str, baseline: Path) -> Row:
    """Bound the command of whoever may ask the engine and not read its files, as most users: it waits for the Engine's diff."""
    check: list[str | Path] = [sys.executable, "-c", NOT_ROOT, "check", f"docker://{name}", "--baseline", baseline]
    ours, engines = in_turn(runs, partial(of_program, [*check, "--no-benchmark"]), partial(of_program, ["docker", "diff", name]))
    walls = [cost.wall_s for cost in ours], [cost.wall_s for cost in engines]
    return ratio("the same, not as root", walls[0], "`docker diff`", walls[1], at_most=1.05)


def _bare_image(runs: int, baseline: Path) -> Row:
    image = standin_image()
    check: list[str | Path] = [ENVPROBE, "check", f"image://{image}", "--baseline", baseline, "--no-benchmark"]
    nothing = ["docker", "run", "--rm", image, "python3", "-c", "pass"]
    ours, bare = in_turn(runs, partial(of_program, check), partial(of_program, nothing))
    walls = [cost.wall_s for cost in ours], [cost.wall_s for cost in bare]
    return ratio("`envprobe check image://`, no benchmark", walls[0], "`docker run` of nothing", walls[1], at_most=1.5)


def _image(runs: int, baseline: Path) -> Row:
    image = standin_image()
    check: list[str | Path] = [ENVPROBE, "check", f"image://{image}", "--baseline", baseline]
    importing = ["docker", "run", "--rm", image, "python3", "-c", "import tensorflow"]
    ours, bare = in_turn(runs, partial(of_program, check), partial(of_program, importing))
    walls = [cost.wall_s for cost in ours], [cost.wall_s for cost in bare]
    return ratio(
        "`envprobe check image://`, quick benchmark", walls[0], "`docker run` of `import tensorflow`", walls[1], at_most=1.6
    )
