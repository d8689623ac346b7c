"""What an engine hands out of a container, held against what Python in it says: with a container that is a folder of texts."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import tarfile
from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec
import pytest

from envprobe.error import TargetError
from envprobe.fact import Section
from envprobe.fingerprint import Fingerprint, Probe
from envprobe.guest import shared
from envprobe.probing.from_outside import held_against_outside
from envprobe.probing.spot_check import contradiction
from envprobe.targets.deadline import Deadline
from envprobe.targets.packed import unpack
from envprobe.targets.protocol import Target

SITE, STDLIB = "/opt/lib/python3.11/site-packages", "/opt/lib/python3.11"
INFO = f"{SITE}/six-1.16.0.dist-info"
PROGRAM = "/opt/bin/python3.11"


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _row(path: str, text: str) -> str:
    return f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}\n"


RECORD = _row("six.py", "X = 1\n") + _row("six_data/__init__.py", "Y = 1\n") + "six-1.16.0.dist-info/RECORD,,\n"
HONEST = {
    f"{SITE}/six.py": "X = 1\n",
    f"{SITE}/six_data/__init__.py": "Y = 1\n",
    f"{INFO}/METADATA": "Name: six\n",
    f"{INFO}/RECORD": RECORD,
    f"{STDLIB}/json/__init__.py": "def loads(): ...\n",
    f"{STDLIB}/json/decoder.py": "def decode(): ...\n",
    f"{STDLIB}/site.py": "import os\n",
    f"{STDLIB}/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so": "ELF",
    PROGRAM: "ELF python",
}
DIGESTS = {
    "stdlib.json": [("json/__init__.py", "def loads(): ...\n"), ("json/decoder.py", "def decode(): ...\n")],
    "stdlib.site": [("site.py", "import os\n")],
    "stdlib._ssl": [("lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so", "ELF")],
}


def _module(files: Iterable[tuple[str, str]]) -> str:
    return _sha256("".join(f"{name}\0{_sha256(text)[7:]}\n" for name, text in files))


def _says(*changes: str, **more: Any) -> Fingerprint:
    """Return what an honest Python in HONEST says; the engine sees `changes`."""
    own = "six-1.16.0.dist-info"
    said: dict[str, Any] = {
        "packages.six.record": shared("record").Record(RECORD.encode(), own).digest(),
        "integrity.six": "ok",
        "python.kind": "system",
        "python.user_site": False,
        "stdlib.interpreter": {"program": _sha256("ELF python")},
        **{path: _module(files) for path, files in DIGESTS.items()},
        **({"container.changes": [*changes]} if changes else {}),
    }
    absent = [path for path in ("python.sitecustomize", "python.usercustomize", "system.ld_so_preload") if path not in more]
    context = {
        "python": {
            "path": [STDLIB, f"{STDLIB}/lib-dynload", SITE],
            "folders": {"{stdlib}": STDLIB, "{site}": SITE},
            "program": {"program": PROGRAM},
        },
        "packages": {"recorded": {"six": [INFO, "six.py", "six_data"]}},
    }
    sections: dict[str, Section] = {}
    for path, value in {**said, **more}.items():
        section, _, key = path.partition(".")
        sections.setdefault(section, Section()).known[key] = value
    for path in absent:
        section, _, key = path.partition(".")
        sections.setdefault(section, Section()).absent.append(key)
    return Fingerprint(probe=Probe("0", "sha256:0"), sections=sections, context=context)


def _packer(there: dict[str, str]) -> Callable[[str], Iterable[bytes] | None]:
    """Return what hands out files and folders as an engine does: names in the archive begin with the last part of the path."""

    def pack(path: str) -> Iterable[bytes] | None:
        parent = path.rpartition("/")[0]
        found = {name[len(parent) + 1 :]: text for name, text in there.items() if name == path or name.startswith(path + "/")}
        return [_archive(found)] if found else None

    return pack


def _archive(files: dict[str, str], kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.type, member.linkname = len(text.encode()), kind, "elsewhere"
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def _seen(there: dict[str, str], said: Fingerprint) -> set[str]:
    """Return what is found in twenty looks, each of which chooses anew."""
    return {contradiction(said, _packer(there), random.Random(seed)) for seed in range(20)}


def test_an_honest_answer_fits_whatever_is_looked_at() -> None:
    """Nothing is called a lie of an environment that is as it says, changed files included."""
    changes = [f"changed {path}" for path in HONEST] + [f"added {SITE}/own.py", f"deleted {SITE}/gone.py", f"added {SITE}/newer"]
    assert _seen(HONEST, _says()) == _seen(HONEST, _says(*changes)) == {""}


def test_an_extension_module_may_be_there_more_than_once() -> None:
    """Debian's python3-dbg puts its own build of each beside; the module's digest is of both, and a changed one is a lie still."""
    names = [f"lib-dynload/_ssl.cpython-311{kind}-x86_64-linux-gnu.so" for kind in ("", "d")]
    there = {**HONEST, f"{STDLIB}/{names[1]}": "ELF debug"}
    said = {"stdlib._ssl": _module(zip(names, ("ELF", "ELF debug"), strict=True))}
    change = f"changed {STDLIB}/{names[1]}"
    assert _seen(there, _says(change, **said)) == {""}
    assert _seen({**there, f"{STDLIB}/{names[1]}": "ELF other"}, _says(change, **said)) != {""}


@pytest.mark.parametrize("path", [path for path in HONEST if not path.endswith("METADATA")])
def test_a_changed_file_that_is_reported_as_sound_is_a_lie(path: str) -> None:
    """Whichever file of a distribution, the standard library or the interpreter the engine sees changed, ok is no answer."""
    there = {**HONEST, path: HONEST[path].replace("sha256=", "sha256=A") + "#"}
    lies = _seen(there, _says(f"changed {path}"))
    assert lies - {""}
    assert path.endswith("METADATA") or all(PROGRAM in lie or "/opt/lib" in lie for lie in lies - {""})


@pytest.mark.parametrize(
    "path",
    [f"{SITE}/six.py", f"{INFO}/RECORD", f"{STDLIB}/json/__init__.py", f"{STDLIB}/json/new.py", f"{STDLIB}/site.py", PROGRAM],
)
def test_a_lie_that_was_built_into_an_image_is_met_sooner_or_later(path: str) -> None:
    """Where the engine sees no change, chance decides what is looked at; what could answer for the probe is always."""
    found = _seen({**HONEST, path: HONEST.get(path, "") + "#"}, _says())
    assert found - {""}
    assert path.endswith("six.py") or "" not in found


@pytest.mark.parametrize("gone", [INFO, PROGRAM, f"{SITE}/six.py"])
def test_what_is_not_there_at_all_is_a_lie(gone: str) -> None:
    """A distribution, a program or a file of which Python says that it is installed."""
    assert any(
        "is not there" in lie
        for lie in _seen({path: text for path, text in HONEST.items() if not path.startswith(gone)}, _says())
    )


@pytest.mark.parametrize("folder", [STDLIB, SITE])
def test_a_start_that_is_not_reported_is_a_lie(folder: str) -> None:
    """Wherever on the path it lies; one that is reported is none."""
    there = {**HONEST, f"{folder}/sitecustomize.py": "lie()\n"}
    assert _seen(there, _says()) == {f"{folder}/sitecustomize.py is there, and Python does not report it"}
    assert _seen(there, _says(**{"python.sitecustomize": {"place": "{site}/sitecustomize.py"}})) == {""}


def test_a_library_in_every_process_that_is_not_reported_is_a_lie() -> None:
    """ld.so.preload names what is loaded into the interpreter; a file of comments names nothing."""
    said = _says("added /etc/ld.so.preload")
    assert any("ld.so.preload" in lie for lie in _seen({**HONEST, "/etc/ld.so.preload": "/tmp/lie.so\n"}, said))
    assert _seen({**HONEST, "/etc/ld.so.preload": "# none\n"}, said) == {""}


@pytest.mark.parametrize(
    "reported",
    [
        {"integrity.six": {"modified": {"six.py": "sha256:0"}}},
        {"integrity.six": {"overridden": ["six.py"]}},
        {"integrity.six": {"modified": {"a.py": "sha256:0", "…": "and 7 more; sha256:0 of all"}}},
        {"unlisted.six": {"six.py": "sha256:0"}},
    ],
)
def test_a_change_that_is_reported_is_none(reported: dict[str, Any]) -> None:
    """An honest Python names the file, or counts it among many."""
    said = _says(f"changed {SITE}/six.py", **{"integrity.six": {"missing": ["other"]}, **reported})
    assert _seen({**HONEST, f"{SITE}/six.py": "X = 2\n"}, said) == {""}


@pytest.mark.parametrize("pack", [lambda path: [b"no archive"], lambda path: [_archive({"six.py": ""}, tarfile.SYMTYPE)]])
def test_what_cannot_be_seen_accuses_nobody(pack: Any) -> None:
    """A link, a mount or an engine that hands nothing out tells nothing."""
    assert contradiction(_says(f"changed {SITE}/six.py"), pack) == ""

    def refuse(path: str) -> Iterable[bytes] | None:
        raise TargetError("lies on a mount")

    assert contradiction(_says(f"changed {SITE}/six.py"), refuse) == ""


@pytest.mark.parametrize(
    "recorded", [None, [], {}, {"six": INFO}, {"six": []}, {"six": [1]}, {"six": ["six"]}, {"other": [INFO]}]
)
def test_a_python_that_hides_where_its_packages_lie_is_not_believed(recorded: object) -> None:
    """Our own probe always says so; what the answer holds in that place may be anything."""
    said = _says()
    said = msgspec.structs.replace(said, context={**said.context, "packages": {"recorded": recorded}})
    assert "does not say where" in contradiction(said, _packer(HONEST))


@pytest.mark.parametrize(
    "context", [{}, {"python": []}, {"python": {"path": 1, "folders": [], "program": [], "x": 1}, "packages": 1}]
)
def test_a_context_may_be_anything(context: dict[str, Any]) -> None:
    """What a guest says of its own folders is read with care."""
    contradiction(msgspec.structs.replace(_says(f"changed {SITE}/six.py"), context=context), _packer(HONEST))


def test_an_archive_is_bounded() -> None:
    """What claims to be larger than what is read is not read."""
    assert unpack([_archive({"a": "12345", "b": ""})], 2000) == {"a": b"12345", "b": b""}
    for limit in (2, 600):
        with pytest.raises(TargetError, match="more than is read"):
            unpack([_archive({"a": "12345", "b": ""})], limit)
    with pytest.raises(TargetError, match="no sound archive"):
        unpack([_archive({"a": "x" * 5000})[:1000]], 1 << 20)


def test_an_answer_that_came_at_the_last_moment_is_not_lost() -> None:
    """Where the caller's time is up nothing more is looked at: an answer without it is better than none."""

    class Late:
        deadline = Deadline(0)

    assert held_against_outside(cast("Target", Late()), _says()) == _says()
