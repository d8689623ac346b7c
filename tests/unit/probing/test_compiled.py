"""The guest's modules as this Python compiled them."""

from __future__ import annotations

import base64
import marshal
import py_compile
import sys
from pathlib import Path
from typing import Any

import pytest

from envprobe.guest import folder
from envprobe.probing import bundle
from envprobe.probing.compiled import compiled
from probes.bytecode import same_code


def code_of(root: Path, name: str = "a.py") -> Any:
    """Return the code object that is sent of a module, or None."""
    modules: Any = compiled(root, [name])["modules"]
    return marshal.loads(base64.b64decode(modules[name])) if modules else None


def value_in(code: Any) -> object:
    """Run code and return what it calls x."""
    names: dict[str, object] = {}
    exec(code, names)
    return names["x"]


def test_what_is_sent_is_what_the_guest_would_compile() -> None:
    """The code of every module that is sent is that of the source beside it."""
    sources = bundle.sources()
    modules: Any = compiled(folder(), list(sources))["modules"]
    for name, encoded in modules.items():
        code = marshal.loads(base64.b64decode(encoded))
        assert same_code(code, compile(sources[name], name, "exec", dont_inherit=True, optimize=0)), name


def test_code_of_another_source_is_never_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that was changed is compiled anew; where that cannot be kept the guest compiles it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "a.py").write_text("x = 1\n")
    assert value_in(code_of(tmp_path)) == 1
    (tmp_path / "a.py").write_text("x = 2 + 1\n")
    assert value_in(code_of(tmp_path)) == 3
    (tmp_path / "a.py").write_text("x = 2 + 11\n")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert code_of(tmp_path) is None


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(py_compile.PycInvalidationMode.CHECKED_HASH, None), (py_compile.PycInvalidationMode.UNCHECKED_HASH, 1)],
    ids=["checked", "unchecked"],
)
def test_byte_code_by_hash_is_believed_as_import_believes_it(
    mode: py_compile.PycInvalidationMode, expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Distributors ship it: checked against the source, or not, as it says itself."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "a.py").write_text("x = 1\n")
    py_compile.compile(str(tmp_path / "a.py"), doraise=True, optimize=0, invalidation_mode=mode)
    assert value_in(code_of(tmp_path)) == 1
    (tmp_path / "a.py").write_text("x = 2\n")
    code = code_of(tmp_path)
    assert (code and value_in(code)) == expected


def test_a_damaged_cache_is_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too short or of another Python is left to the guest."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "a.py").write_text("x = 1\n")
    cache = Path(str(py_compile.compile(str(tmp_path / "a.py"), doraise=True, optimize=0)))
    whole = cache.read_bytes()
    cache.write_bytes(whole[:10])
    assert code_of(tmp_path) is None
    cache.write_bytes(b"\0\0\0\0" + whole[4:])
    assert code_of(tmp_path) is None
    cache.unlink()
    assert code_of(tmp_path) is None
