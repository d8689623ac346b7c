"""What `envprobe check` costs on a container or image that the baseline knows, where nothing has to be hashed."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.support.engine import standin_image

from . import guest
from .cost import in_turn, of_program
from .host import ENVPROBE
from .row import Row, ratio


def rows(runs: int) -> Iterator[Row]:
    """Yield `check docker://` without the training run, and `check image://` with it."""
    with guest.container() as name, tempfile.TemporaryDirectory() as folder:
        baseline = Path(folder, "standin.json")
        recording: list[str | Path] = [ENVPROBE, "record", f"docker://{name}", "--output", baseline]
        subprocess.run(recording, check=True, capture_output=True)
        yield _clean_container(runs, name, baseline)
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


def _image(runs: int, baseline: Path) -> Row:
    image = standin_image()
    check: list[str | Path] = [ENVPROBE, "check", f"image://{image}", "--baseline", baseline]
    importing = ["docker", "run", "--rm", image, "python3", "-c", "import tensorflow"]
    ours, bare = in_turn(runs, partial(of_program, check), partial(of_program, importing))
    walls = [cost.wall_s for cost in ours], [cost.wall_s for cost in bare]
    return ratio(
        "`envprobe check image://`, quick benchmark", walls[0], "`docker run` of `import tensorflow`", walls[1], at_most=1.6
    )
