"""This machine, for who starts an environment: who that is, where its state lies, and what must be there before."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shlex
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..error import UsageError
from .choice import is_amd64_only
from .plan import WORK, Caller, EnvironmentPlan

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def caller_of(folder: Path, environ: Mapping[str, str], name: str = "", work: str = ".") -> Caller:
    """Return for whom an environment of a project's folder is started.

    Behind sudo that is who typed it; for root itself the owner of the work folder, which root's is not to become.
    """
    folder = folder.resolve()
    owned = (folder / work).stat() if (folder / work).exists() else folder.stat()
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        uid, gid = int(environ.get("SUDO_UID") or owned.st_uid), int(environ.get("SUDO_GID") or owned.st_gid)
    part = NOT_IN_A_NAME.sub("-", folder.name).strip("-._")[:40] or "root"
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:6]
    called = name or f"envprobe-{part}-{digest}"
    state = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "envprobe/environments" / called
    return Caller(folder=str(folder), state=str(state), uid=uid, gid=gid, name=called, is_root=os.getuid() == 0)


def prepare(plan: EnvironmentPlan, keys: Sequence[str] = ()) -> None:
    """Make the state folder, HOME, a token, the list of keys. Raises UsageError for what must be there and is not."""
    owner = _owner(plan)
    for mount in plan.mounts:
        if plan.engine == "podman" and "," in mount.source:
            raise UsageError(f"{mount.source}: Podman's API takes no comma in a folder's name", "give the folder another name")
        if not mount.source.startswith(f"{plan.state}/"):
            _require_source(mount.source, mount.target, owner)
    for folder in (Path(plan.state), Path(plan.state) / "home"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _give(folder, owner)
    if plan.start == "jupyter" and not token_file(plan).exists():
        _make_private(token_file(plan), secrets.token_hex(24), owner)
    if plan.start == "ssh":
        place = Path(plan.state) / "authorized_keys"
        place.unlink(missing_ok=True)
        _make_private(place, "".join(f"{key}\n" for key in keys), owner)


def token_file(plan: EnvironmentPlan) -> Path:
    """Return where the token lies on this machine."""
    return Path(plan.state) / "token"


def read_token(path: Path) -> str:
    """Return a token that is one. Raises UsageError where others can read it, where it is empty, or ends in a newline."""
    anew = f"make a new one: rm {shlex.quote(str(path))}, then envprobe up --recreate"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_bytes().decode("ascii")
    except FileNotFoundError:
        raise UsageError(f"the token in {path} is gone, and the environment that runs was started with it", anew) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the token in {path} cannot be read: {error}", anew) from None
    if not text.strip():
        raise UsageError(f"the token in {path} is empty, and Jupyter would serve everybody", anew)
    if text != text.strip():
        raise UsageError(f"the token in {path} ends in a newline, which Jupyter takes for a part of it", anew)
    if mode & 0o077:
        raise UsageError(f"others can read the token in {path} (mode {mode:o})", f"chmod 600 {shlex.quote(str(path))}; or {anew}")
    return text


def forget_token(plan: EnvironmentPlan) -> None:
    """Remove the token of an environment that is gone: each has a fresh one."""
    token_file(plan).unlink(missing_ok=True)


def require_same_numbers(security: Sequence[str], name: str) -> None:
    """Raise UsageError where an engine gives users other numbers inside than here: nobody could write in the work folder.

    `security`: the SecurityOptions of `docker info`.
    """
    for sign, words in (
        ("rootless", "is rootless: you are root inside of it"),
        ("userns", "maps users to other numbers (userns-remap)"),
    ):
        if any(f"name={sign}" in option for option in security):
            raise UsageError(
                f"{name}: the engine {words}, and what is written there would not be yours",
                'let Podman start it, which keeps your number: engine = "podman" in the settings; or use an engine without it',
            )


def warnings(plan: EnvironmentPlan, engine_architecture: str, release: str = "") -> list[str]:
    """Return what somebody wants to know before a pull: another processor family, WSL2's slow folders."""
    found = []
    if engine_architecture in ("aarch64", "arm64") and is_amd64_only(plan.image):
        found.append(
            f"{plan.image} is made for x86-64, and this engine runs on ARM: emulated it is slow, and TensorFlow ends with"
            " an illegal instruction where the emulator has no AVX"
        )
    if "microsoft" in (release or platform.release()).lower():
        slow = [mount.source for mount in plan.mounts if re.match(r"/mnt/[a-z]/", mount.source)]
        found += [f"{source}: Windows' own disk is slow under WSL2; a folder below ~ is ten times faster" for source in slow[:1]]
    return found


def _owner(plan: EnvironmentPlan) -> tuple[int, int]:
    uid, _, gid = plan.user.partition(":")
    return int(uid), int(gid)


def _require_source(source: str, target: str, owner: tuple[int, int]) -> None:
    path, quoted = Path(source), shlex.quote(source)
    if re.match(r"[A-Za-z]:[\\/]", source):
        raise UsageError(f"{source}: a path of Windows", "in WSL2 write it as /mnt/c/…")
    try:
        found = path.stat()
    except OSError as error:
        make = f"make it: mkdir -p {quoted}" if isinstance(error, FileNotFoundError) else "look at it: ls -ld"
        raise UsageError(f"{source}: {error.strerror}, and is to be {target} in the environment", make) from None
    if target != WORK:
        return
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"{source}: not a folder, and is to be {target} in the environment", "name the folder that it lies in")
    uid, gid = owner
    bits = found.st_mode >> (6 if found.st_uid == uid else 3 if found.st_gid == gid else 0)
    if not bits & 0o2:
        whose = "root" if found.st_uid == 0 else f"user {found.st_uid}"
        earlier = "; an earlier `docker run -v` may have made it" if found.st_uid == 0 else ""
        hint = f"sudo chown -R {uid}:{gid} {quoted}"
        raise UsageError(f"{source}: belongs to {whose}, and user {uid} may not write there{earlier}", hint)


def _make_private(path: Path, text: str, owner: tuple[int, int]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as stream:
        stream.write(text)
    _give(path, owner)


def _give(path: Path, owner: tuple[int, int]) -> None:
    if os.getuid() == 0 and path.stat().st_uid != owner[0]:
        os.chown(path, *owner, follow_symlinks=False)  # who owns the folder could have put a link there
