"""The caller's side of SSH: the keys that are let in, and the entry with which an ssh client finds the environment."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..error import TargetError, UsageError
from . import container
from .plan import ACCOUNT, HOME, EnvironmentPlan

if TYPE_CHECKING:
    from docker import APIClient

KEY = re.compile(r"(?:[a-z-]+=[^ ]+ )?(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp\d+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/=]{40,}(?: .*)?")
HOST_KEY = f"{HOME}/.ssh-host/ssh_host_ed25519_key.pub"
LIMIT_BYTES = 1 << 16
AGENT_S = 5
MAKE_ONE = "make one: ssh-keygen -t ed25519; or name one: envprobe up --ssh --key FILE.pub"


def public_keys(named: Path | None, environ: Mapping[str, str]) -> list[str]:
    """Return the keys that are let in: the one that is named, else all in ~/.ssh, else the agent's. Raises UsageError."""
    if named is not None:
        return [_only_key(named)]
    folder = Path(environ.get("HOME") or Path.home()) / ".ssh"
    found = [key for path in sorted(folder.glob("*.pub")) for key in _keys(_text(path))] or _of_agent(environ)
    if not found:
        raise UsageError(f"{folder}: no public key, and an environment is reached with a key alone", MAKE_ONE)
    return list(dict.fromkeys(found))


def entry(plan: EnvironmentPlan, address: str, known_hosts: Path) -> str:
    """Return the entry for ~/.ssh/config. The host's key is known: nobody has to be asked whether it is the right one."""
    port = plan.port.here if plan.port else 0
    rows = {
        "HostName": address,
        "Port": port,
        "User": ACCOUNT,
        "UserKnownHostsFile": f'"{known_hosts}"',
        "StrictHostKeyChecking": "yes",
    }
    return f"Host {plan.name}\n" + "".join(f"    {name} {value}\n" for name, value in rows.items())


def write(client: APIClient, plan: EnvironmentPlan, address: str) -> Path:
    """Write the entry and the host's key into the state folder; return the entry's file."""
    known, config = Path(plan.state) / "known_hosts", Path(plan.state) / "ssh_config"
    port = plan.port.here if plan.port else 0
    known.write_text(f"[{address}]:{port} {_host_key(client, plan)}\n")
    config.write_text(entry(plan, address, known))
    return config


def include(config: Path, home: Path) -> bool:
    """Let ~/.ssh/config include an entry, at its top, where Include stands for every host; False where it did already."""
    path = home / ".ssh" / "config"
    line = f'Include "{config}"\n'
    text = path.read_text() if path.exists() else ""
    if line in text:
        return False
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f"config.envprobe-{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(line + text)
    partial.replace(path.resolve())
    return True


def _host_key(client: APIClient, plan: EnvironmentPlan) -> str:
    """Return the host's public key, asked of the engine: the folder is the container's to write, links and all."""
    for key in _keys(container.read_text(client, plan.name, HOST_KEY) or ""):
        return " ".join(key.split()[:2])
    raise TargetError(f"{plan.name}: has no host key", f"{plan.engine} logs {plan.name}")


def _only_key(path: Path) -> str:
    text = _text(path)
    if "PRIVATE KEY" in text:
        raise UsageError(f"{path}: a private key, which stays with you", f"name the public one: --key {path}.pub")
    keys = list(_keys(text))
    if len(keys) != 1:
        raise UsageError(f"{path}: {'no public key' if not keys else 'more than one key'}", MAKE_ONE)
    return keys[0]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", MAKE_ONE) from None


def _keys(text: str) -> Iterable[str]:
    return [row.strip() for row in text.splitlines() if KEY.fullmatch(row.strip())]


def _of_agent(environ: Mapping[str, str]) -> list[str]:
    if not environ.get("SSH_AUTH_SOCK"):
        return []
    try:
        said = subprocess.run(["ssh-add", "-L"], capture_output=True, text=True, timeout=AGENT_S)
    except (OSError, subprocess.SubprocessError):
        return []
    return list(_keys(said.stdout))
