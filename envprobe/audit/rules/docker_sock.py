"""The engine's socket stays outside.

Why: whoever can write to it can start a container with the host's disk, so it is root on the host. Read-only changes nothing.

Example: `-v /var/run/docker.sock:/var/run/docker.sock`

Fix: leave it out; for builds inside, rootless BuildKit; else a proxy of the socket that allows what is needed.

Source: OWASP Docker Security Cheat Sheet, rule 1; CIS Docker Benchmark 5.31, 2.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import FAIL, found
from ..model import AuditedFile, AuditFinding, Scalar, Tree
from ..query import variables

RULE = "docker.sock"
SOCKETS = (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/var/run/containerd/containerd.sock",
    "/var/run/crio/crio.sock",
    "/run/podman/podman.sock",
)
OPEN = re.compile(r"tcp://(?!127\.0\.0\.1|localhost|\[::1\])[^\s,\"]*")


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield ways to the engine from a container or from the network."""
    for launch in file.launches:
        for mount in launch.mounts:
            if mount.source.rstrip("/") in SOCKETS or mount.source.rstrip("/") in ("/var/run", "/run"):
                yield found(
                    RULE,
                    FAIL,
                    mount.line,
                    f"{mount.source}:{mount.target}",
                    "whoever uses the socket is root on the host",
                    "leave it out",
                )
    for setting in variables(file):
        if setting.name == "DOCKER_HOST" and re.match(r"tcp://[^\s]*:2375", setting.value):
            yield found(
                f"{RULE}.tcp",
                FAIL,
                setting.line,
                f"DOCKER_HOST={setting.value}",
                "the engine's port without TLS is root for everybody",
                "ssh://USER@HOST, or TLS on 2376",
            )
    for command in file.commands:
        if command.name == "dockerd":
            for word in command.options("-H", "--host"):
                if OPEN.match(word.text) and not command.flag("--tlsverify"):
                    yield found(
                        f"{RULE}.tcp",
                        FAIL,
                        word.line,
                        word.text,
                        "the engine's port without TLS is root for everybody",
                        "unix:///var/run/docker.sock, or --tlsverify",
                    )
    if file.kind == "daemon" and file.document is not None:
        yield from _daemon(file.document)


def _daemon(document: Tree) -> Iterator[AuditFinding]:
    hosts, verify = document.members.get("hosts"), document.members.get("tlsverify")
    if isinstance(verify, Scalar) and verify.text == "true":
        return
    for host in hosts.members.values() if isinstance(hosts, Tree) else ():
        if isinstance(host, Scalar) and OPEN.match(host.text):
            yield found(
                f"{RULE}.tcp",
                FAIL,
                host.line,
                host.text,
                "the engine's port without TLS is root for everybody",
                "leave it out, or tlsverify with certificates",
            )
