"""libcuda.so.1 is the driver's, never a stub or a copy.

Why: the stub in CUDA's `stubs` folder links, and fails at the first call; a libcuda of another driver than the kernel's fails
too. TensorFlow then trains on the processor. The toolkit mounts the right one. (The stub of the official GPU image stands
behind it, and is none of your doing.)

Example: `ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH`

Fix: leave it out, and start with `--gpus all`.

Source: tensorflow/tensorflow#30911, #14224, #36974; NVIDIA Container Toolkit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import FAIL, WARN, found
from ..model import AuditedFile, AuditFinding
from ..query import variables

RULE = "gpu.stub"
STUBS = re.compile(r"(?:^|[:/])stubs(?:[:/]|$)")
DRIVER = re.compile(r"lib(?:cuda|nvidia-ml|nvidia-ptxjitcompiler)\.so(?:\.[\d.]+)?")
WHY = "the stub fails at the first call, so the GPU is not used"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield libraries of a driver that are none."""
    for setting in variables(file):
        if setting.name in ("LD_LIBRARY_PATH", "LD_PRELOAD") and STUBS.search(setting.value):
            yield found(
                RULE,
                FAIL,
                setting.line,
                f"{setting.name}={setting.value}",
                WHY,
                "without the stubs folder; LIBRARY_PATH is for linking",
            )
    for command in file.commands:
        words = " ".join(command.argv[1:])
        if command.name in ("ln", "cp", "install") and DRIVER.search(words) and "stubs" in words:
            yield found(
                RULE, FAIL, command.line, " ".join(command.argv)[:160], WHY, "leave it out: the toolkit mounts the driver's"
            )
        elif command.name == "ldconfig" and STUBS.search(words):
            yield found(RULE, FAIL, command.line, " ".join(command.argv)[:160], WHY, "leave it out")
        elif (
            command.name in ("apt-get", "apt")
            and "install" in command.argv
            and (driver := re.search(r"\b(nvidia-driver-\S+|libnvidia-compute-\S+|libcuda1\S*)", words))
        ):
            yield found(
                f"{RULE}.driver",
                WARN,
                command.line,
                driver[1],
                "a driver in the image is another than the host's, which the toolkit mounts",
                "leave it out",
            )
    for text in file.texts:
        if "/ld.so.conf" in text.path and STUBS.search(text.text.strip()):
            yield found(RULE, FAIL, text.line, text.text.strip()[:160], WHY, "leave it out")
    for launch in file.launches:
        for mount in launch.mounts:
            if DRIVER.search(mount.source):
                yield found(
                    f"{RULE}.copied",
                    WARN,
                    mount.line,
                    f"{mount.source}:{mount.target}",
                    "the library must be of the kernel's driver: the toolkit mounts it, with those that belong to it",
                    "--gpus all",
                )
