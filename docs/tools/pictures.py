"""Make the pictures of the README from real runs: `python docs/tools/pictures.py` with the stand-in image on a Docker engine.

Each is what a command printed, colours included, in a terminal of 80 columns; the page is what Chromium shows.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.text import Text

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support import browser, engine

DOCS = Path(__file__).parents[1]
CONTAINER = "trainer"
WIDTH = 84
PATCH = "s/epsilon=1e-7/epsilon=1e-3/"
ADAM = "/usr/local/lib/python3.9/dist-packages/keras/optimizers/optimizer_v2/adam.py"


def main() -> None:
    """Record the image, then check a clean container, one with oneDNN off, and one whose Keras was patched."""
    image = engine.standin_image()
    with tempfile.TemporaryDirectory() as folder:
        baseline = Path(folder) / "tf-2.9.json"
        picture("record", "record", f"image://{image}", "--output", str(baseline), shown=f"record image://{image} --name tf-2.9")
        for name, options, program in (
            ("reproduces", (), ()),
            ("onednn", ("--env", "TF_ENABLE_ONEDNN_OPTS=0"), ()),
            ("patched", (), ("sed", "-i", PATCH, ADAM)),
        ):
            docker("rm", "--force", CONTAINER)
            docker("run", "--detach", "--name", CONTAINER, *options, image, "sleep", "600")
            if program:
                docker("exec", CONTAINER, *program)
            asked = ("check", f"docker://{CONTAINER}", "--baseline", str(baseline))
            picture(name, *asked, shown=f"check docker://{CONTAINER} --baseline tf-2.9")
            if name == "onednn":
                pages(Path(folder) / "report.html", *asked)
        docker("rm", "--force", CONTAINER)


def picture(name: str, *arguments: str, shown: str) -> None:
    """Run envprobe and keep what it printed as an SVG."""
    command = [sys.executable, "-m", "envprobe", *arguments, "--color", "always"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": str(WIDTH)}, check=False)
    if done.returncode == 2:
        sys.exit(done.stderr)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ envprobe {shown}", style="bold"))
    console.print(Text.from_ansi(done.stdout.rstrip("\n")))
    console.save_svg(str(DOCS / "pictures" / f"{name}.svg"), title="envprobe", unique_id=name)


def pages(path: Path, *arguments: str) -> None:
    """Run envprobe for a page and keep how it looks: on a desk, and at night on a telephone."""
    command = [sys.executable, "-m", "envprobe", *arguments, "--format", "html", "--output", str(path)]
    if subprocess.run(command, check=False).returncode == 2:
        sys.exit("no page was made")
    with browser.chromium() as chromium:
        for name, width, height, scheme in (("page", 1120, 1330, "light"), ("page-narrow", 390, 1330, "dark")):
            with browser.visit(chromium, viewport={"width": width, "height": height}, color_scheme=scheme) as visit:
                shot = visit.open(path).screenshot()
            Image.open(io.BytesIO(shot)).quantize(64).save(DOCS / "pictures" / f"{name}.png", optimize=True)


def docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], capture_output=True, check=arguments[0] != "rm")


if __name__ == "__main__":
    main()
