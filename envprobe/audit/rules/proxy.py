"""Proxies are set where they are read, and stay out of images.

Why: the engine, a build and a container read three settings. `{"proxies": {"default": …}}` belongs into the client's
~/.docker/config.json; in daemon.json it keeps the engine from starting. ENV in a Dockerfile sends every colleague through a proxy
that only some can reach.

Example: `/etc/docker/daemon.json` with `{"proxies": {"default": {"httpProxy": "http://proxy:3128"}}}`

Fix: daemon.json (Engine 23.0 and later): `{"proxies": {"http-proxy": …, "https-proxy": …, "no-proxy": …}}`.

Source: Docker, "Daemon proxy configuration", "Use a proxy server with the Docker CLI"; docker/docs#18703, #20172.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import FAIL, NOTE, WARN, found
from ..model import AuditedFile, AuditFinding, Scalar, Tree
from ..query import variables

RULE = "proxy"
NAMES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")
DAEMON_KEYS = ("http-proxy", "https-proxy", "no-proxy")
CLIENT_KEYS = {"httpProxy": "http-proxy", "httpsProxy": "https-proxy", "noProxy": "no-proxy", "ftpProxy": "", "allProxy": ""}
ENGINES_WORDS = '"proxies": {"http-proxy": …, "https-proxy": …, "no-proxy": …}'
REFUSED = 'the engine does not start with it: "the following directives don\'t match any configuration option"'


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield proxies in the wrong place."""
    proxies = file.document.members.get("proxies") if file.document is not None else None
    if file.kind == "daemon" and file.document is not None:
        for name in CLIENT_KEYS:
            if name in file.document.members:
                yield found(f"{RULE}.daemon", FAIL, file.document.lines.get(name), name, REFUSED, ENGINES_WORDS)
    if file.kind == "daemon" and isinstance(proxies, Tree):
        yield from _daemon(proxies)
    elif file.kind == "client" and isinstance(proxies, Tree):
        yield from _client(proxies)
    if file.kind == "dockerfile":
        for setting in variables(file):
            if setting.name.lower() in NAMES and setting.value:
                yield found(
                    f"{RULE}.baked",
                    WARN,
                    setting.line,
                    f"{setting.name}=…",
                    "every container of the image goes through this proxy, wherever it runs",
                    "docker build --build-arg; Docker hands proxies on by itself from the client's config.json",
                )
        for text in file.texts:
            if "/apt.conf" in text.path and re.search(r"Acquire::\w+::Proxy\s+\"(?!false)", text.text):
                yield found(
                    f"{RULE}.baked",
                    WARN,
                    text.line,
                    "Acquire::http::Proxy",
                    "apt in every container of the image goes through this proxy",
                    "docker build --build-arg http_proxy=…",
                )
    yield from _exceptions(file)


def _daemon(proxies: Tree) -> Iterator[AuditFinding]:
    for name, value in proxies.members.items():
        if name in DAEMON_KEYS:
            continue
        line = proxies.lines.get(name, value.line)
        new = CLIENT_KEYS.get(name, "")
        edit = (f'"{name}"', f'"{new}"') if new else None
        fix = f'"{new}"' if new else f'{ENGINES_WORDS}; "default" is for ~/.docker/config.json'
        yield found(f"{RULE}.daemon", FAIL, line, f"proxies.{name}", REFUSED, fix, edit)


def _client(proxies: Tree) -> Iterator[AuditFinding]:
    for name, value in proxies.members.items():
        line = proxies.lines.get(name, value.line)
        if not isinstance(value, Tree):
            yield found(
                f"{RULE}.client",
                WARN,
                line,
                f"proxies.{name}",
                "the client reads proxies.default.httpProxy; this is the engine's spelling",
                '"proxies": {"default": {"httpProxy": …}}',
            )
            continue
        for key, inner in value.members.items():
            if key not in CLIENT_KEYS:
                yield found(
                    f"{RULE}.client",
                    WARN,
                    value.lines.get(key, inner.line),
                    f"proxies.{name}.{key}",
                    "the client reads httpProxy, httpsProxy, noProxy",
                    "httpProxy, httpsProxy, noProxy",
                )
        if ("httpProxy" in value.members or "httpsProxy" in value.members) and "noProxy" not in value.members:
            yield found(
                f"{RULE}.exceptions",
                NOTE,
                line,
                f"proxies.{name}",
                "without noProxy, what is inside of the network goes through the proxy too",
                '"noProxy": "localhost,127.0.0.1"',
            )


def _exceptions(file: AuditedFile) -> Iterator[AuditFinding]:
    for launch in file.launches:
        names = {name.lower(): setting for name, setting in launch.environment.items()}
        given = next((names[name] for name in NAMES if name in names and names[name].value), None)
        exempt = names.get("no_proxy")
        if given is not None and (exempt is None or not exempt.value):
            yield found(
                f"{RULE}.exceptions",
                NOTE,
                given.line,
                f"{given.name}=…",
                "without no_proxy, localhost goes through the proxy too",
                "no_proxy=localhost,127.0.0.1",
            )
    for scalar in _settings(file):
        if scalar.text.startswith("socks"):
            yield found(
                f"{RULE}.socks",
                NOTE,
                scalar.line,
                "socks proxy",
                "pip and apt need more than the standard library for it",
                "an HTTP proxy",
            )


def _settings(file: AuditedFile) -> Iterator[Scalar]:
    return (Scalar(setting.value, setting.line) for setting in variables(file) if setting.name.lower() in NAMES)
