"""No folder of the host's own is mounted.

Why: with `/`, `/etc` or a home folder in a container, a mistake there is one on the host, and keys in it are readable.

Example: `-v /:/host`, `-v ~/.ssh:/root/.ssh`

Fix: mount the project's folder alone; `:ro` for what is only read.

Source: CIS Docker Benchmark 5.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import FAIL, NOTE, WARN, found
from ..model import AuditedFile, AuditFinding, MountPoint

RULE = "host.mount"
OWNING = (
    "/",
    "/etc",
    "/boot",
    "/root",
    "/dev",
    "/proc",
    "/sys",
    "/var/lib/docker",
    "/var/lib/kubelet",
    "/lib/modules",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
)
BROAD = (
    "/var",
    "/home",
    "/opt",
    "/mnt",
    "/lib64",
    "/run",
    "/var/run",
    "/Users",
    "/var/log",
    "~",
    "$HOME",
    "${HOME}",
    "c:\\",
    "c:/",
)
KEYS = re.compile(
    r"(?:^|/)\.(?:ssh|aws|gnupg|kube|docker|config/gcloud|azure|netrc)/?(?:$|/(?:credentials|config(?:\.json)?|id_\w+)$)"
)
HOME = re.compile(r"^(?:/home/[^/]+|/Users/[^/]+|~|\$\{?HOME\}?)/?$")


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield folders of the host that are too much."""
    for launch in file.launches:
        for mount in launch.mounts:
            if mount.kind in ("bind", "host") and mount.source:
                yield from _mount(mount, launch.source)


def _mount(mount: MountPoint, source: str) -> Iterator[AuditFinding]:
    place = mount.source.rstrip("/") or "/"
    words = f"{mount.source}:{mount.target}"
    if place in OWNING:
        severity = WARN if mount.is_read_only and place not in ("/", "/root") else FAIL
        yield found(
            RULE,
            severity,
            mount.line,
            words,
            f"{place} of the host is the system's: a mistake inside is one on the host",
            "mount the project's folder alone",
        )
    elif KEYS.search(place):
        yield found(
            f"{RULE}.keys",
            WARN,
            mount.line,
            words,
            "the keys in it are readable by everything in the container",
            "hand over what is needed: ssh-agent forwarding, a token of its own",
        )
    elif place in BROAD or HOME.match(place):
        yield found(
            RULE,
            WARN,
            mount.line,
            words,
            "more of the host than the project needs is writable from inside",
            "mount the project's folder alone",
        )
    elif source == "kubernetes" and mount.kind == "host":
        yield found(
            f"{RULE}.path", NOTE, mount.line, words, "a hostPath is another folder on each node", "a persistentVolumeClaim"
        )
