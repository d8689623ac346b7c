"""Where baselines lie, and files that are written whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from . import shared
from .baseline import Baseline, read_baseline
from .document import LIMIT_BYTES
from .error import DocumentError, NoBaseline, StoreError
from .redaction import without_secrets
from .suggestion import suggest
from .targets.interruption import orderly_end

if TYPE_CHECKING:
    from .revision import Revision

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
"""A baseline's name becomes a file name: no separators, no leading dot or dash, nothing that a terminal acts on."""
SUFFIX = ".json"
WAIT_S, RETRY_S = 30.0, 0.02
"""How long `change` waits for another writer, who may have a large report to write, and how often it looks."""
NOT_THERE_YET = "commit it there first; or leave --policy-from out, and a reviewer decides"


def find(name_or_path: str, folder: Path, revision: Revision | None = None) -> Path:
    """Return the file of a baseline: a path as it is, a name from `folder` or else from the shipped ones.

    With a revision it is a file of that revision, wherever the path lies in its repository, and need not be in the folder.
    Raises NoBaseline, which says what there is.
    """
    where = f" in {revision}" if revision else ""
    if _is_path(name_or_path):
        path = Path(name_or_path)
        if not _is_file(path, revision):
            raise NoBaseline(f"{path}: no such baseline file{where}", _what_next(path.stem, folder, revision))
        return path
    check_name(name_or_path)
    known = lookup(name_or_path, folder, revision)
    if known is not None:
        return known
    raise NoBaseline(f"{folder}: no baseline named {name_or_path!r}{where}", _what_next(name_or_path, folder, revision))


def lookup(name: str, folder: Path, revision: Revision | None = None) -> Path | None:
    """Return the file of a baseline of this name, from `folder` or else from the shipped ones; None where there is none."""
    if _is_path(name) or not NAME.fullmatch(name):
        return None
    return next((path for place in (folder, shipped()) if _is_file(path := place / (name + SUFFIX), revision)), None)


def load(name_or_path: str, folder: Path, revision: Revision | None = None) -> Baseline:
    """Read a baseline from where `find` sees it. Raises StoreError or DocumentError."""
    path = find(name_or_path, folder, revision)
    try:
        return without_secrets(read_baseline(contents(path, revision), spelled(path, revision)))
    except DocumentError as error:
        if path.suffix == SUFFIX or not NAME.fullmatch(path.stem):
            raise
        declare = shlex.join(["envprobe", "record", "--requirements", str(path), "--name", path.stem])
        hint = f"what packages list is declared as a baseline first: {declare}; then check with --baseline {path.stem}"
        raise DocumentError(error.message, hint) from None


def contents(path: Path, revision: Revision | None = None) -> bytes:
    """Return a document's bytes, at most one more than are read; those of the revision where its repository holds the path."""
    if url := shared.url_of(path):
        return shared.fetch(url, LIMIT_BYTES)
    if revision is not None and revision.holds(path):
        data = revision.read(path, LIMIT_BYTES)
        if data is None:
            raise StoreError(f"{path}: no such file in {revision}", NOT_THERE_YET)
        return data
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error


def spelled(path: Path, revision: Revision | None) -> str:
    """Return how to name a document in a message."""
    if url := shared.url_of(path):
        return url
    return revision.place(path) if revision is not None and revision.holds(path) else str(path)


def spelled_next(path: Path, check: str) -> str:
    """Return what to say of a baseline that was just recorded there; what a team shares need not be committed."""
    return f"recorded {spelled(path, None)}; {'' if shared.url_of(path) else 'commit it, and '}check with: {check}"


def title(path: Path) -> str:
    """Return the name of a baseline that is to be written there: the file's, or the repository's that a team shares."""
    url = shared.url_of(path)
    return fit_name(url.rpartition("/")[2].partition("@")[0].partition(":")[0].removesuffix(SUFFIX)) if url else path.stem


def _is_file(path: Path, revision: Revision | None) -> bool:
    if shared.url_of(path):
        return True  # reading it tells; asking first would be one more round trip
    if revision is not None and revision.holds(path):
        return revision.has(path)
    return path.is_file()


def names(folder: Path) -> list[str]:
    """Return the names of the baselines that `find` knows."""
    return sorted({path.stem for place in (folder, shipped()) for path in place.glob("*" + SUFFIX)})


def path_of(name: str, folder: Path) -> Path:
    """Return where a baseline of this name is to be saved. Raises StoreError where the name is not one."""
    check_name(name)
    return folder / (name + SUFFIX)


def fit_name(text: str) -> str:
    """Return a name for a baseline that is like a text: `tensorflow:2.9.0` is `tensorflow-2.9.0`."""
    name = re.sub(r"[^A-Za-z0-9._+-]+", "-", text).strip("-._+")[:100]
    return name if NAME.fullmatch(name) else "baseline"


def check_name(name: str) -> None:
    """Refuse a name that could leave the folder or confuse a reader."""
    if not NAME.fullmatch(name):
        hint = "use letters, digits, . _ + and -; or give a path to a .json file"
        raise StoreError(f"{name[:100]!r} is not a name of a baseline", hint)


def shipped() -> Path:
    """Return the folder of the baselines that come with envprobe: in the wheel, or beside the package in a checkout."""
    here = Path(__file__).parent
    inside = here / "_baselines"
    return inside if inside.is_dir() else here.parent / "baselines"


def save(path: Path, data: bytes, *, replace: bool) -> None:
    """Write a file whole or not at all: a reader sees the old content or the new, never a part.

    Of two that write at once one gets an error and changes nothing. A device or a pipe, such as /dev/stdout, is written to
    and never replaced. Raises StoreError where the file exists and `replace` is false, or where it cannot be written.
    """
    if url := shared.url_of(path):
        shared.put(url, data, replace=replace)
    else:
        _save(path, lambda: data, replace=replace, wait_s=0)


def exists(path: Path) -> bool:
    """Tell whether a file, or a document that a team shares, is there."""
    url = shared.url_of(path)
    return shared.exists(url) if url else path.exists()


def change(path: Path, make: Callable[[], bytes]) -> None:
    """Write what `make` returns, in place of what is there: nobody else's change gets in between what it reads and this.

    Whoever comes at the same time waits. Raises StoreError, and what `make` raises; then nothing was changed.
    """
    _save(path, make, replace=True, wait_s=WAIT_S)


def _save(path: Path, make: Callable[[], bytes], *, replace: bool, wait_s: float) -> None:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(make())
            return
        real = Path(os.path.realpath(path))  # a link stays one, and what it points to is replaced
        _make_folder(real.parent)
        with orderly_end(), _locked(real, wait_s):  # a signal takes lock and part with it
            _write(real, make(), replace)
    except FileExistsError:
        hint = "nothing was changed; look at what would change, then replace it with --update"
        raise StoreError(f"{path}: exists already", hint) from None
    except BlockingIOError:
        hint = "nothing was changed; try again when it is done"
        raise StoreError(f"{path}: another envprobe is writing it", hint) from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}", "nothing was changed") from error


def require_writable(path: Path) -> None:
    """Raise StoreError where `save` would for want of a folder that takes files: before hours of work, not after them."""
    import tempfile

    if shared.url_of(path) or (path.exists() and not path.is_file()):
        return
    folder = next(place for place in Path(os.path.realpath(path)).parents if place.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}", "nothing was run") from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:  # not the file that is to be written: something else lies where its folder should be
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None


def _write(path: Path, data: bytes, replace: bool) -> None:
    partial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.partial")
    try:
        with partial.open("xb") as stream:
            if replace and path.exists():
                os.fchmod(stream.fileno(), path.stat().st_mode & 0o777)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())  # a full disk or quota may speak up only here
        if replace:
            partial.replace(path)
        else:
            _link(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _link(partial: Path, path: Path) -> None:
    """Give the file its name only where nothing has that name: a rename would silently replace it."""
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links; the lock keeps other envprobes out between the two calls
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        partial.replace(path)


@contextmanager
def _locked(path: Path, wait_s: float) -> Iterator[None]:
    """Hold an advisory lock on a path that may not exist yet. Raises BlockingIOError where others hold it for `wait_s`.

    flock(2) ends with its process, so a killed writer blocks nobody; O_EXCL alone would.
    """
    lock = path.with_name(f".{path.name[:100]}.lock")
    deadline = time.monotonic() + wait_s
    while (stream := _hold(lock)) is None:
        if time.monotonic() >= deadline:
            raise BlockingIOError
        time.sleep(RETRY_S)
    with stream:
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _hold(lock: Path) -> BinaryIO | None:
    """Return the lock's file, open and held; None where another process holds it."""
    stream = lock.open("ab")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    except OSError as error:  # NFS without a lock daemon: the write is still whole or nothing
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP):
            stream.close()
            raise
    with suppress(FileNotFoundError):
        if lock.stat().st_ino == os.fstat(stream.fileno()).st_ino:
            return stream
    stream.close()  # the one before has just finished and removed the file that we hold
    return None


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_path(text: str) -> bool:
    return text.endswith(SUFFIX) or os.sep in text


def _what_next(name: str, folder: Path, revision: Revision | None = None) -> str:
    if revision is not None:
        return NOT_THERE_YET
    return suggest(name, names(folder), 3)
