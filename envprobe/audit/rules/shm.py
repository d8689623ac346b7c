"""Shared memory is large enough for loaders in several processes.

Why: a container has 64 MB of /dev/shm. PyTorch's DataLoader with workers ends with "Bus error"; tf.data needs none.

Example: `docker run --gpus all pytorch/pytorch:1.12.1-cuda11.3-cudnn8-runtime python train.py`

Fix: `docker run --shm-size=8g …`

Source: pytorch/pytorch#5040. A note, for only its users know whether they need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import image_name
from ..finding import NOTE, WARN, found
from ..model import AuditedFile, AuditFinding, Launch
from ..query import image_of, is_work_place, started

RULE = "shm"
SMALL = re.compile(r"(\d+)\s*([bkm]?)b?$", re.I)
FACTOR = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20}
DEFAULT_BYTES = 64 << 20


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield containers with little shared memory."""
    for launch in file.launches:
        size = launch.get("shm-size")
        if size is not None:
            small = SMALL.match(size.value)
            if small and int(small[1]) * FACTOR[small[2].lower()] < DEFAULT_BYTES:
                yield found(
                    RULE,
                    WARN,
                    size.line,
                    f"shm-size {size.value}",
                    "less than the 64 MB that it is without an option",
                    "--shm-size=8g",
                )
        elif is_work_place(launch) and image_name.is_machine_learning(image_of(launch)) and not _has_shm(launch):
            yield found(
                RULE,
                NOTE,
                started(launch).line,
                started(launch).value,
                "64 MB of shared memory: loaders in several processes need more",
                "--shm-size=8g",
            )


def _has_shm(launch: Launch) -> bool:
    ipc = launch.get("ipc")
    return (ipc is not None and ipc.value != "none") or any(mount.target.rstrip("/") == "/dev/shm" for mount in launch.mounts)  # noqa: S108 - looked for, not written to
