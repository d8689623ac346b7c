"""Make a virtual environment of another one's Python, install and remove packages: with uv where it is there, else pip."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.utils import canonicalize_name

from ..error import TargetError, UsageError
from . import process
from .interruption import orderly_end
from .protocol import NoProgram

INSTALL_S = 1800
MAKE_S = 120
OUTPUT_BYTES = 1 << 24
LAST_WORDS = 600
"""How many characters of the last that an installer wrote are shown."""


def root_of(python: str) -> Path:
    """Return the folder of the virtual environment that an interpreter belongs to. Raises UsageError where it is of none."""
    root = Path(python).parent.parent
    if not (root / "pyvenv.cfg").is_file():
        raise UsageError(f"{python}: belongs to no virtual environment", "name one, as in: local:///path/to/venv")
    if "include-system-site-packages = true" in (root / "pyvenv.cfg").read_text("utf-8", "replace").lower():
        raise UsageError(f"{root}: takes packages of another Python, too", "make one without --system-site-packages")
    return root


class _Folder(msgspec.Struct, frozen=True):
    editable: bool = False


class _Source(msgspec.Struct, frozen=True):
    """A file `direct_url.json`: https://packaging.python.org/en/latest/specifications/direct-url/."""

    url: str
    dir_info: _Folder | None = None


def folders_of(root: Path) -> dict[str, str]:
    """Return the word that installs a package once more, by name, of those that came from a folder of this machine."""
    found: dict[str, str] = {}
    for file in root.glob("lib/python*/site-packages/*.dist-info/direct_url.json"):
        try:
            source = msgspec.json.decode(file.read_bytes(), type=_Source)
        except (OSError, msgspec.DecodeError):
            continue
        folder = unquote(urlsplit(source.url).path)
        if source.dir_info is not None and source.url.startswith("file:///") and Path(folder).is_dir():
            name = canonicalize_name(file.parent.name.partition("-")[0])
            found[name] = f"--editable={folder}" if source.dir_info.editable else folder
    return found


@contextmanager
def new_environment(python: str, folder: Path, has_pip: bool) -> Iterator[str]:
    """Make a virtual environment of the same Python and give its interpreter; unless all goes well it is removed again.

    Raises UsageError where something is in its place, and TargetError.
    """
    with orderly_end():
        try:
            folder.mkdir()
        except FileExistsError:
            raise UsageError(f"{folder}: is there already", "give another: --output FOLDER") from None
        except OSError as error:
            raise TargetError(f"{folder}: cannot be made: {error.strerror}", "give another: --output FOLDER") from None
        try:
            _run(_maker(python, folder, has_pip), MAKE_S)
            yield str(folder / "bin" / "python")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _maker(python: str, folder: Path, has_pip: bool) -> list[str]:
    """Return what makes it: the program that made the old one, which leaves files of its own in it, where it is here."""
    uv = shutil.which("uv")
    if uv and re.search("^uv = ", (root_of(python) / "pyvenv.cfg").read_text("utf-8", "replace"), re.MULTILINE):
        return [uv, "venv", "--python", python, *(["--seed"] if has_pip else []), str(folder)]
    return [python, "-I", "-m", "venv", *([] if has_pip or not uv else ["--without-pip"]), str(folder)]


def call(python: str, action: str, words: Sequence[str]) -> list[str]:
    """Return the words that install or uninstall packages for an interpreter, without asking."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", action, "--python", python, *words]
    return [python, "-I", "-m", "pip", action, *(["-y"] if action == "uninstall" else []), *words]


def install(argv: Sequence[str]) -> None:
    """Run an installer. Raises TargetError with the last that it said."""
    _run([*argv], INSTALL_S)


def remove(python: str, name: str) -> None:
    """Remove a package that an environment may have come with."""
    if any((Path(python).parent.parent / "lib").glob(f"python*/site-packages/{name}-*.dist-info")):
        install(call(python, "uninstall", [name]))


def _run(argv: Sequence[str], timeout_s: float) -> None:
    try:
        done = process.run(argv, b"", timeout_s, OUTPUT_BYTES)
    except NoProgram as error:
        raise TargetError(str(error)) from None
    if done.timed_out:
        raise TargetError(f"{shlex.join(argv[:6])} …: did not end within {timeout_s:.0f} s")
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        words = " / ".join(row.strip() for row in said.splitlines()[-4:])
        raise TargetError(f"{shlex.join(argv)[:400]}: ended with status {done.returncode}: {words[-LAST_WORDS:]}")
