"""A RECORD that somebody wrote to make the probe read, hang or fall."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probes.collectors.integrity import collect
from probes.record import Record, rows
from probes.regular import Outside, Reader, Refused
from tests.probe.fake import FakeHost, facts
from tests.probe.installation import install


@pytest.mark.parametrize(
    "path", ["UP/secret.txt", "ROOT/secret.txt", "demo/../UP/secret.txt", "link/secret.txt", "to-secret.txt"]
)
def test_nothing_outside_this_python_is_read(site: Path, tmp_path: Path, path: str) -> None:
    """By dots, by an absolute path, through a linked folder or file: what lies outside is not told, not even as a digest."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (site / "link").symlink_to(outside)
    (site / "to-secret.txt").symlink_to(outside / "secret.txt")
    info = install(site, "demo", "1.0", {"demo.py": ""})
    path = path.replace("UP", "../../../../outside").replace("ROOT", str(outside))
    (info / "RECORD").write_text(f"{path},sha256=AAAA,6\n")
    found = facts(collect, FakeHost(path=[site], prefix=tmp_path / "prefix"))
    assert found["unknown"]["demo"] == f"1 files lie outside of this Python, such as {path}"
    assert "demo" not in found["known"]


def test_a_record_of_a_hundred_thousand_lines_is_read(site: Path) -> None:
    """The number of lines is bounded by time alone; the answer names a bounded number of files."""
    info = install(site, "demo", "1.0", {"demo.py": ""})
    (info / "RECORD").write_text("".join(f"demo/{number}.py,sha256=AAAA,1\n" for number in range(100_000)))
    assert len(facts(collect, FakeHost(path=[site]))["known"]["demo"]["missing"]) == 101


def test_a_record_with_a_quote_that_never_ends_is_told(site: Path) -> None:
    """CSV that makes no sense is either read somehow or unknown, and stops nothing."""
    info = install(site, "demo", "1.0", {"demo.py": ""})
    (info / "RECORD").write_text('"demo.py,sha256=AAAA,1\n' + "x" * 200_000)
    install(site)
    answer = facts(collect, FakeHost(path=[site]))
    assert answer["known"]["six"] == "ok"
    assert "demo" in answer["known"] or "RECORD" in answer["unknown"]["demo"]


def test_a_record_in_bytes_that_are_no_text_is_read(site: Path) -> None:
    """A NUL or a lone 0xff in a path is a file that is not there."""
    info = install(site, "demo", "1.0", {"demo.py": ""})
    (info / "RECORD").write_bytes(b"demo/\xff.py,sha256=AAAA,1\ndemo/\0.py,sha256=AAAA,1\n")
    answer = facts(collect, FakeHost(path=[site]))
    str(answer).encode("utf-8")
    assert "demo" in answer["known"] or "demo" in answer["unknown"]


def test_links_in_a_circle_end(site: Path) -> None:
    """A package folder that contains itself through a link is walked once."""
    install(site, "demo", "1.0", {"demo/__init__.py": ""})
    (site / "demo" / "loop").symlink_to(site / "demo")
    (site / "demo" / "me").symlink_to(site / "demo" / "me")
    assert facts(collect, FakeHost(path=[site]))["known"] == {"demo": "ok"}


def test_the_reader_refuses_devices_and_fifos(tmp_path: Path) -> None:
    """Opening a FIFO would wait for ever, and opening a device may do anything."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused):
        Reader([str(tmp_path)]).locate(os.fsencode(tmp_path / "pipe"))
    with pytest.raises(Outside):
        Reader([str(tmp_path)]).locate(b"/dev/null")


@given(st.binary())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_a_record(data: bytes) -> None:
    """RECORD comes from whoever wrote it: every row has four parts, or the reader says why not."""
    record = Record(data, "demo-1.0.dist-info")
    record.digest()
    record.top_level()
    try:
        assert all(path and isinstance(size, int) for path, _, _, size in rows(data))
    except ValueError as error:
        assert "RECORD" in str(error)
