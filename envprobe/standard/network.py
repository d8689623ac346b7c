"""Proxies and certificates as this machine's client has them, for what is built and for what runs. Nothing is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

NAMES = {
    "httpProxy": "http_proxy",
    "httpsProxy": "https_proxy",
    "ftpProxy": "ftp_proxy",
    "noProxy": "no_proxy",
    "allProxy": "all_proxy",
}
"""As ~/.docker/config.json spells them, below `proxies.default`: docs.docker.com, "Use a proxy server with the Docker CLI"."""
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE")
SYSTEM = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
LIMIT_BYTES = 8 << 20


def proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the proxy variables, each in small and in capital letters: the client's configuration, else the environment."""
    found = {name: environ.get(name) or environ.get(name.upper()) or "" for name in NAMES.values()} | _of_client(environ)
    small = {name: value for name, value in found.items() if value}
    return small | {name.upper(): value for name, value in small.items()}


def certificates(environ: Mapping[str, str]) -> bytes:
    """Return the bundle of authorities that programs of this machine trust; empty where there is none."""
    for place in (*(environ.get(name) for name in BUNDLES), *SYSTEM):
        with suppress(OSError):
            if place and Path(place).is_file() and Path(place).stat().st_size <= LIMIT_BYTES:
                return Path(place).read_bytes()
    return b""


def _of_client(environ: Mapping[str, str]) -> dict[str, str]:
    folder = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        value = json.loads((folder / "config.json").read_bytes()[:LIMIT_BYTES])
        default = value["proxies"]["default"]
        return {NAMES[name]: text for name, text in default.items() if name in NAMES and isinstance(text, str)}
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}
