"""What an index has of a baseline's packages: files and their digests, as a lock or as requirements with hashes. Pure.

The lock is a `pylock.toml`: https://packaging.python.org/en/latest/specifications/pylock-toml/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ..spelling import line
from .intervention import NAME, VERSION

SHA256 = re.compile(r"[0-9a-f]{64}")
YANKED = re.compile(
    r"is a yanked version: '([^']+)' candidate \(version (\S+)[^\n]*\n(?:[^\n]*Reason for being yanked: ([^\n]*))?"
)
"""As pip warns of a version that its project withdrew."""
SHOWN = 300
REMARKS = ("not there: ", "yanked: ", "conflict: ")
"""How the comments begin that a reader is to see."""


class IndexFile(msgspec.Struct, frozen=True):
    """One file of one package."""

    name: str
    version: str
    url: str
    sha256: str
    requires: tuple[str, ...] = ()
    """What its metadata asks for, as requirements."""


class IndexAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an index has of some pins."""

    files: list[IndexFile] = []
    missing: dict[str, str] = {}
    """Pins of which it has no file that fits, with why."""
    yanked: dict[str, str] = {}
    """Pins that their projects withdrew, with the reason that they give."""


class _Archive(msgspec.Struct, frozen=True):
    hashes: dict[str, str] = {}


class _Download(msgspec.Struct, frozen=True):
    url: str
    archive_info: _Archive = _Archive()


class _Metadata(msgspec.Struct, frozen=True):
    name: str
    version: str
    requires_dist: list[str] = []


class _Item(msgspec.Struct, frozen=True):
    metadata: _Metadata
    download_info: _Download


class _PipReport(msgspec.Struct, frozen=True):
    """What `pip install --report` writes: https://pip.pypa.io/en/stable/reference/installation-report/."""

    install: list[_Item]


def read_pip_report(document: bytes, warnings: str) -> IndexAnswer:
    """Read what pip found, and what it warned of. Raises msgspec.MsgspecError for a report that is none."""
    found = msgspec.json.decode(document, type=_PipReport)
    files = [
        IndexFile(
            canonicalize_name(item.metadata.name),
            item.metadata.version,
            item.download_info.url,
            item.download_info.archive_info.hashes.get("sha256", ""),
            tuple(item.metadata.requires_dist),
        )
        for item in found.install
    ]
    yanked = {
        f"{canonicalize_name(name)}=={version}": line(why, SHOWN) or "no reason given"
        for name, version, why in YANKED.findall(warnings)
    }
    return IndexAnswer(files=[file for file in files if _is_whole(file)], yanked=yanked)


def _is_whole(file: IndexFile) -> bool:
    """Say whether a file can stand in a lock: nothing of it is more than it says."""
    texts = NAME.fullmatch(file.name) and VERSION.fullmatch(file.version) and SHA256.fullmatch(file.sha256)
    return bool(texts) and file.url.startswith(("https://", "http://")) and re.fullmatch(r"[!-~]+", file.url) is not None


def locking_environment(version: str, machine: str) -> dict[str, str]:
    """Return what markers are evaluated in: CPython of that version, on Linux."""
    named = {"python_version": ".".join(version.split(".")[:2]), "python_full_version": version, "platform_machine": machine}
    system = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    return {**named, **system, "implementation_name": "cpython", "platform_python_implementation": "CPython"}


def conflicts(answer: IndexAnswer, environment: Mapping[str, str]) -> list[str]:
    """Return what the pinned files ask of each other and do not get; the set is whole, so no search is needed."""
    versions = {file.name: file.version for file in answer.files}
    found = []
    for file in answer.files:
        for text in file.requires:
            try:
                wanted = Requirement(text)
                applies = wanted.marker is None or wanted.marker.evaluate({"extra": "", **environment})
            except (InvalidRequirement, ValueError):
                continue
            name = canonicalize_name(wanted.name)
            there = versions.get(name)
            if applies and there is not None and not wanted.specifier.contains(there, prereleases=True):
                found.append(f"{file.name} {file.version} asks for {line(str(wanted), SHOWN)}, and {name} is {there}")
    return found


def remarks(answer: IndexAnswer, clashes: Sequence[str]) -> Iterator[str]:
    """Yield what a reader is to know before the files are installed."""
    yield from (f"{REMARKS[0]}{pin}: {why}" for pin, why in answer.missing.items())
    yield from (f"{REMARKS[1]}{pin}: {why}" for pin, why in answer.yanked.items())
    yield from (f"{REMARKS[2]}{words}" for words in clashes)


def pylock(answer: IndexAnswer, clashes: Sequence[str], python: str, platform: str) -> str:
    """Return a `pylock.toml` of the files, for one Python and one platform."""
    rows = [
        *(f"# {line(words, SHOWN)}" for words in remarks(answer, clashes)),
        'lock-version = "1.0"',
        'created-by = "envprobe"',
        f'requires-python = "=={python}.*"',
        f"environments = [{_toml(f'platform_machine == {json.dumps(platform)}')}]",
    ]
    for file in sorted(answer.files, key=lambda one: one.name):
        kind = "wheel" if file.url.partition("#")[0].endswith(".whl") else "sdist"
        entry = f"{{ url = {_toml(file.url)}, hashes = {{ sha256 = {_toml(file.sha256)} }} }}"
        rows += ["", "[[packages]]", f"name = {_toml(file.name)}", f"version = {_toml(file.version)}"]
        rows.append(f"wheels = [{entry}]" if kind == "wheel" else f"sdist = {entry}")
    return "\n".join(rows) + "\n"


def hashed(answer: IndexAnswer, clashes: Sequence[str], python: str) -> str:
    """Return requirements with hashes, as `pip install --require-hashes` takes them."""
    rows = [
        f"# for Python {python}: python3 -m pip install --require-hashes --no-deps -r FILE",
        *(f"# {line(words, SHOWN)}" for words in remarks(answer, clashes)),
        *(f"{one.name}=={one.version} --hash=sha256:{one.sha256}" for one in sorted(answer.files, key=lambda one: one.name)),
    ]
    return "\n".join(rows) + "\n"


def _toml(text: str) -> str:
    """Return printable ASCII as a string of TOML, which is then one of JSON."""
    return json.dumps(text)
