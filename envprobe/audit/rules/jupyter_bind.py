"""Jupyter's port is published on the loopback address.

Why: `-p 8888:8888` listens on every address of the host, past ufw's rules, so that the whole network may try tokens on it, over
plain HTTP.

Example: `-p 8888:8888`

Fix: `-p 127.0.0.1:8888:8888`, and from afar `ssh -L 8888:localhost:8888 HOST`.

Source: OWASP Docker Security Cheat Sheet, rule 5a; moby#4737.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import WARN, found
from ..kubernetes import exposed_services
from ..model import AuditedFile, AuditFinding, Launch, PublishedPort, Tree
from ..query import JUPYTER_PORT, launch_runs_jupyter

RULE = "jupyter.bind"
EVERYWHERE = ("", "0.0.0.0", "::", "*", "[::]")  # noqa: S104 - looked for, not bound
WHY = "the port listens on every address of the host, past ufw"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield ports of Jupyter that the network reaches."""
    if file.kind == "kubernetes":
        yield from _services(file)
    for launch in file.launches:
        is_jupyter = launch_runs_jupyter(launch)
        for port in launch.ports:
            if port.address in EVERYWHERE and (port.container == JUPYTER_PORT or (is_jupyter and _is_servers(port, launch))):
                yield _published(port)
        network = launch.get("network")
        if network is not None and network.value == "host" and is_jupyter and not _is_on_loopback(launch):
            yield found(
                f"{RULE}.host-network",
                WARN,
                network.line,
                "network host",
                WHY,
                "publish the one port instead: -p 127.0.0.1:8888:8888",
            )
        everything = launch.get("publish-all")
        if everything is not None and everything.value == "true" and is_jupyter:
            yield found(RULE, WARN, everything.line, "--publish-all", WHY, "-p 127.0.0.1:8888:8888")


def _services(file: AuditedFile) -> Iterator[AuditFinding]:
    """Look at Services of Kubernetes that open Jupyter's port to the network."""
    documents = [one for one in file.document.members.values() if isinstance(one, Tree)] if file.document else []
    for kind, port, line in exposed_services(documents):
        if port == JUPYTER_PORT:
            why = "everybody who reaches the cluster reaches Jupyter, over plain HTTP"
            yield found(f"{RULE}.service", WARN, line, f"{kind} {port}", why, "type: ClusterIP, and kubectl port-forward")


def _published(port: PublishedPort) -> AuditFinding:
    rest = f"{port.host or port.container}:{port.container}"
    edit = (port.text, f"127.0.0.1:{rest}") if port.text else None
    return found(RULE, WARN, port.line, port.text or rest, WHY, f"127.0.0.1:{rest}", edit)


def _is_servers(port: PublishedPort, launch: Launch) -> bool:
    words = " ".join(word.text for word in launch.command)
    asked = re.search(r"--(?:\w+\.)?port[= ](\d+)", words)
    return asked is not None and asked[1] == port.container


def _is_on_loopback(launch: Launch) -> bool:
    return re.search(r"--(?:\w+\.)?ip[= ](?:127\.0\.0\.1|localhost)", " ".join(word.text for word in launch.command)) is not None
