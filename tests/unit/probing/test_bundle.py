"""The guest's sources, packed."""

from __future__ import annotations

import io
import json
import zipfile

from envprobe.probing import bundle


def test_the_line_is_one_line_of_ascii() -> None:
    """What the stub reads is one line of ASCII JSON, whatever the request holds, and the same for the same request."""
    line = bundle.line({"nonce": "é\n\u2028"})
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line)["request"] == {"nonce": "é\n\u2028"}
    assert bundle.line({"a": 1, "b": 2}) == bundle.line({"b": 2, "a": 1})


def test_everything_is_sent_but_what_starts_it() -> None:
    """The sources are those of the folder, compile, and leave out what only starts the probe."""
    sources = bundle.sources()
    assert {"loader.py", "main.py", "fact.py", "collectors/python.py"} <= sources.keys()
    assert not bundle.NOT_SENT & sources.keys()
    for name, source in sources.items():
        compile(source, name, "exec")


def test_the_pyz_holds_the_same() -> None:
    """The file for a colleague is a zip that Python runs, holds the same sources, and is the same bytes every time."""
    data = bundle.pyz()
    assert data.startswith(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["__main__.py", "line.json"]
        line = json.loads(archive.read("line.json"))
    assert (line["sources"], line["digest"]) == (bundle.sources(), bundle.digest())
    assert "request" not in line
    assert data == bundle.pyz()
