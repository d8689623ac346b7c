"""Whether what answers on a port is the Jupyter that was started: by its token, and by its refusal of another one."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import suppress
from typing import Any

SECONDS = 2.0
"""For one question."""
LIMIT_BYTES = 1 << 16


def jupyter(address: str, port: int, token: str) -> str:
    """Return `yes`, `not yet`, or what is wrong: another server's answer. No proxy is asked: it is this machine."""
    status, body = _ask(address, port, token)
    if status is None:
        return "not yet"
    if status == 200 and isinstance(body, dict) and "started" in body:
        other, _ = _ask(address, port, "")
        return "yes" if other in (401, 403) else "a Jupyter that lets in everybody"
    if status in (401, 403):
        return "a Jupyter with another token"
    return f"no Jupyter: HTTP status {status}" if status < 500 else "not yet"


def sshd(address: str, port: int) -> bool:
    """Tell whether an SSH server greets there."""
    with suppress(OSError), socket.create_connection((address.strip("[]"), port), SECONDS) as wire:
        return wire.recv(8).startswith(b"SSH-2.0")
    return False


def _ask(address: str, port: int, token: str) -> tuple[int | None, Any]:
    connection = http.client.HTTPConnection(address.strip("[]"), port, timeout=SECONDS)
    try:
        connection.request("GET", "/api/status", headers={"Authorization": f"token {token}"} if token else {})
        answer = connection.getresponse()
        data = answer.read(LIMIT_BYTES)
    except (OSError, http.client.HTTPException):
        return None, None
    finally:
        connection.close()
    try:
        return answer.status, json.loads(data)
    except (ValueError, RecursionError):
        return answer.status, None
