"""Make the pictures of docs/serve.md from real runs, with the stand-in image on an engine: `python docs/tools/serve_pictures.py`.

A folder as a team has it is made first: a baseline of the image, fingerprints of containers that drifted from it, checks of
them, two runs of one experiment, and a file that was only half written. `… FOLDER` makes it there, or takes what is there.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support import engine
from tests.support.browser import chromium, visit
from tests.support.served import serving

DOCS = Path(__file__).parents[1]
CONTAINER = "envprobe-team"
SCRIPT = "/root/train.py"
ADAM = "/usr/local/lib/python3.9/dist-packages/keras/optimizers/optimizer_v2/adam.py"
TRAIN = """
import json, sys
import numpy as np
import tensorflow as tf
tf.keras.utils.set_random_seed(int(sys.argv[1]))
x = np.linspace(-1, 1, 256, dtype="float32").reshape(64, 4)
model = tf.keras.Sequential([tf.keras.layers.Dense(8, activation="relu"), tf.keras.layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(x, (x ** 2).sum(1), epochs=5, verbose=0).history["loss"]
json.dump({"loss": history}, open("metrics.json", "w"))
"""
DRIFTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clean": ((), ()),
    "onednn-off": (("--env", "TF_ENABLE_ONEDNN_OPTS=0"), ()),
    "patched-keras": ((), ("sed", "-i", "s/epsilon=1e-7/epsilon=1e-3/", ADAM)),
    "one-cpu": (("--cpuset-cpus", "0"), ()),
}


PICTURES = {"timeline": "", "runs": "runs", "drift": "matrix"}
SIZE = {"width": 1000, "height": 600}


def main() -> None:
    """Make the folder where it is not there yet, serve it, and keep what a browser shows."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else f"{parent}/team")
        if not folder.exists():
            fill(folder)
        with serving(folder) as server, chromium() as browser, visit(browser, viewport=SIZE, device_scale_factor=1.5) as window:
            for name, path in PICTURES.items():
                window.page.goto(server.url + path)
                window.page.locator(".waiting").first.wait_for(state="detached")
                keep(window.page.screenshot(full_page=True), DOCS / "pictures" / f"serve-{name}.png")


def keep(picture: bytes, path: Path) -> None:
    """Write a picture in 256 colours: a third of the bytes, and no eye sees it."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256).save(path, optimize=True)


def fill(folder: Path) -> None:
    """Record, probe, check and run into a folder that is not there yet."""
    baseline = folder / "tf-2.9.json"
    envprobe("record", f"image://{engine.standin_image()}", "--output", str(baseline))
    envprobe("record", "--requirements", str(pins(folder)), "--output", str(folder / "pins.json"))
    for name, (options, program) in DRIFTS.items():
        with container(*options):
            if program:
                docker("exec", CONTAINER, *program)
            check(baseline, folder / "checks" / f"{name}.json")
            envprobe("probe", f"docker://{CONTAINER}", "--output", str(folder / "machines" / f"{name}.json"))
    with container():
        docker("exec", CONTAINER, "sh", "-c", f"cat > {SCRIPT} <<'END'\n{TRAIN}\nEND")
        for seed in ("1", "2"):
            record = str(folder / "runs" / f"seed-{seed}.json")
            envprobe(
                "run", f"docker://{CONTAINER}", "--outputs", "metrics.json", "--output", record, "--", "python3", SCRIPT, seed
            )
    (folder / "half-written.json").write_bytes(baseline.read_bytes()[:5000])


def pins(folder: Path) -> Path:
    path = folder / "requirements.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("tensorflow==2.9.0\nnumpy>=1.22,<1.23\n")
    return path


def check(baseline: Path, output: Path) -> None:
    envprobe("check", f"docker://{CONTAINER}", "--baseline", str(baseline), "--format", "json", "--output", str(output))


@contextmanager
def container(*options: str) -> Iterator[None]:
    docker("run", "--detach", "--name", CONTAINER, *options, engine.standin_image(), "sleep", "600")
    try:
        yield
    finally:
        docker("rm", "--force", CONTAINER)


def envprobe(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "envprobe", *arguments], capture_output=True, text=True, check=False)
    if done.stderr.startswith("envprobe:"):  # exit status 2 is also a check that could not tell, which is worth showing
        sys.exit(done.stderr)


def docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], capture_output=True, check=True)


if __name__ == "__main__":
    main()
