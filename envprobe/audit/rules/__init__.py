"""The rules, one file each: why, an example, the fix and the source stand in its docstring, and `find` yields its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import NamedTuple

from ..model import AuditedFile, AuditFinding


class AuditRule(NamedTuple):
    """A row of `RULES`."""

    family: str
    module: str
    """Of this room."""

    @property
    def find(self) -> Callable[[AuditedFile], Iterable[AuditFinding]]:
        """Return the function that yields what the rule has against a file."""
        found: Callable[[AuditedFile], Iterable[AuditFinding]] = import_module(f".{self.module}", __package__).find
        return found


RULES = (
    AuditRule("pin.image", "pin_image"),
    AuditRule("pin.packages", "pin_packages"),
    AuditRule("pin.remote", "pin_remote"),
    AuditRule("data.mount", "data_mount"),
    AuditRule("jupyter.auth", "jupyter_auth"),
    AuditRule("jupyter.absent", "jupyter_absent"),
    AuditRule("jupyter.bind", "jupyter_bind"),
    AuditRule("ssh.password", "ssh_password"),
    AuditRule("ssh.root", "ssh_root"),
    AuditRule("ssh.hostkeys", "ssh_hostkeys"),
    AuditRule("secret.in-file", "secret_in_file"),
    AuditRule("user.root", "user_root"),
    AuditRule("privilege", "privilege"),
    AuditRule("docker.sock", "docker_sock"),
    AuditRule("host.mount", "host_mount"),
    AuditRule("gpu.missing", "gpu_missing"),
    AuditRule("gpu.cpu-image", "gpu_cpu_image"),
    AuditRule("gpu.version", "gpu_version"),
    AuditRule("gpu.stub", "gpu_stub"),
    AuditRule("platform", "platform"),
    AuditRule("proxy", "proxy"),
    AuditRule("tls.off", "tls_off"),
    AuditRule("shm", "shm"),
    AuditRule("limits", "limits"),
    AuditRule("copy.all", "copy_all"),
    AuditRule("cache", "cache"),
    AuditRule("healthcheck", "healthcheck"),
)
"""All of them, in the order of the docs. A finding's id is a family, or a family with a detail behind a dot."""
