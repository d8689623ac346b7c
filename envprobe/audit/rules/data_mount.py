"""Work lies outside of the container.

Why: what is written in a container is gone when it is removed, and with `--rm` that is when it ends. The `-jupyter` images serve
/tf: a notebook that is made at the top of the list lies beside the mount at /tf/notebooks, and is lost too.

Example: `docker run -p 127.0.0.1:8888:8888 tensorflow/tensorflow:2.9.0-jupyter`

Fix: `docker run --mount type=bind,source="$PWD",target=/tf/notebooks … jupyter notebook --notebook-dir=/tf/notebooks …`

Source: Docker, "Persisting container data"; tensorflow/docs, install/docker.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import image_name
from ..finding import NOTE, WARN, found
from ..model import AuditedFile, AuditFinding, Launch, MountPoint
from ..query import image_of, is_work_place, launch_runs_jupyter, started

RULE = "data.mount"
SYSTEM = ("/var/run", "/run", "/etc", "/dev", "/sys", "/proc", "/tmp", "/usr", "/lib", "/bin", "/opt/nvidia", "/root/.ssh")  # noqa: S108 - looked for, not written to
WHY = "what is written in the container is gone with it"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield containers in which people work and whose work is lost."""
    for launch in file.launches:
        if is_work_place(launch):
            yield from _launch(launch)


def _launch(launch: Launch) -> Iterator[AuditFinding]:
    kept = [mount for mount in launch.mounts if not _is_system(mount)]
    if any(mount.kind != "tmpfs" and mount.source for mount in kept):
        yield from _placed(launch, kept)
    elif kept:
        mount = kept[0]
        why = (
            "a tmpfs is gone with the container"
            if mount.kind == "tmpfs"
            else "an anonymous volume is left behind, and the next container gets another"
        )
        yield found(RULE, WARN, mount.line, mount.target, why, f'--mount type=bind,source="$PWD",target={mount.target}')
    elif not any(setting.name == "volumes-from" for setting in launch.settings):
        target = "/tf/notebooks" if image_name.is_tensorflow(image_of(launch)) else "/work"
        yield found(
            RULE,
            WARN,
            started(launch).line,
            started(launch).value,
            WHY,
            f'--mount type=bind,source="$PWD",target={target}',
        )


def _placed(launch: Launch, mounts: list[MountPoint]) -> Iterator[AuditFinding]:
    writable = [mount for mount in mounts if not mount.is_read_only and mount.kind != "tmpfs"]
    if not writable:
        yield found(
            f"{RULE}.read-only",
            WARN,
            mounts[0].line,
            mounts[0].target,
            f"everything is mounted read-only, so {WHY}",
            "a mount that can be written, for results",
        )
    image = image_of(launch)
    words = " ".join(word.text for word in launch.command)
    is_default = launch_runs_jupyter(launch) and not words and image_name.is_tensorflow(image)
    if is_default and writable and not any(mount.target.rstrip("/") == "/tf" for mount in writable):
        yield found(
            f"{RULE}.folder",
            NOTE,
            writable[0].line,
            writable[0].target,
            "the image's Jupyter starts in /tf: a notebook made there lies beside the mount, and is lost",
            f"append: jupyter notebook --notebook-dir={writable[0].target} --ip=0.0.0.0 --no-browser",
        )


def _is_system(mount: MountPoint) -> bool:
    return any(mount.target == place or mount.target.startswith(f"{place}/") for place in SYSTEM)
