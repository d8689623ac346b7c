"""What arrived is on disk: whole lines, read again as they were, for the same question alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from envprobe.error import DocumentError, StoreError, UsageError
from envprobe.fleet.ask import ask_all
from envprobe.fleet.spool import open_spool, read_spool
from envprobe.fleet.unreachable import UnreachableMember
from envprobe.probing.collect import Options
from tests.support.fleets import answering, failing, spread, write_spool
from tests.support.sample import fingerprint

ASKED = {"engine": "ssh:a,b", "repeat": 1}
SAME = fingerprint()
OTHER = fingerprint({"packages.numpy.version": "1.23.5"})


def _spool(path: Path) -> None:
    with open_spool(path, ASKED, resume=False) as spool:
        ask_all([answering("a", SAME), answering("b", SAME), answering("c", OTHER), failing("d")], Options(), spool)


def test_what_arrived_is_read_again(tmp_path: Path) -> None:
    """Members, their fingerprints once each, and who was out of reach."""
    _spool(tmp_path / "s.jsonl")
    arrived = read_spool(tmp_path / "s.jsonl")
    assert arrived.members == {"a": (SAME.id,), "b": (SAME.id,), "c": (OTHER.id,)}
    assert set(arrived.fingerprints) == {SAME.id, OTHER.id}
    assert arrived.unreachable == {"d": "d: down"}
    assert (tmp_path / "s.jsonl").read_bytes().count(b'"fingerprint"') == 2


def test_a_context_is_not_kept(tmp_path: Path) -> None:
    """Host name, user and time of a member lie in no spool."""
    member = answering("a", msgspec.structs.replace(SAME, context={"host_name": "secret-host"}))
    with open_spool(tmp_path / "s.jsonl", ASKED, resume=False) as spool:
        ask_all([member], Options(), spool)
    assert b"secret-host" not in (tmp_path / "s.jsonl").read_bytes()


@pytest.mark.parametrize("kept", range(1, 400, 7))
def test_a_driver_killed_at_any_byte_loses_no_whole_line(tmp_path: Path, kept: int) -> None:
    """However the file was cut, what arrived whole is kept, and going on gives what an undisturbed run gives."""
    path = tmp_path / "s.jsonl"
    _spool(path)
    data = path.read_bytes()
    whole = read_spool(path)
    head = data.index(b"\n") + 1
    path.write_bytes(data[: head + (len(data) - head) * kept // 400])
    with open_spool(path, ASKED, resume=True) as spool:
        before = dict(spool.arrived.members)
        members = [answering("a", SAME), answering("b", SAME), answering("c", OTHER), failing("d")]
        ask_all(members, Options(), spool)
    again = read_spool(path)
    assert before.items() <= again.members.items()
    assert (again.members, again.unreachable) == (whole.members, whole.unreachable)


def test_who_answered_is_not_asked_again(tmp_path: Path) -> None:
    """A resumed run asks those who have not answered, and unreachable ones once more."""
    path = tmp_path / "s.jsonl"
    _spool(path)
    with open_spool(path, ASKED, resume=True) as spool:
        ask_all([failing("a"), failing("b"), failing("c"), answering("d", SAME)], Options(), spool)
    arrived = read_spool(path)
    assert set(arrived.members) == {"a", "b", "c", "d"}
    assert arrived.unreachable == {}


def test_another_question_does_not_go_on(tmp_path: Path) -> None:
    """Answers to one question are not counted as answers to another."""
    _spool(tmp_path / "s.jsonl")
    with (
        pytest.raises(UsageError, match="other engine"),
        open_spool(tmp_path / "s.jsonl", {**ASKED, "engine": "x"}, resume=True),
    ):
        pass
    with pytest.raises(StoreError, match="exists already"), open_spool(tmp_path / "s.jsonl", ASKED, resume=False):
        pass


def test_two_drivers_do_not_fill_one_spool(tmp_path: Path) -> None:
    """The second is told that another one is at it."""
    _spool(tmp_path / "s.jsonl")
    with (
        open_spool(tmp_path / "s.jsonl", ASKED, resume=True),
        pytest.raises(StoreError, match="another envprobe"),
        open_spool(tmp_path / "s.jsonl", ASKED, resume=True),
    ):
        pass


@pytest.mark.parametrize(
    "line",
    [
        b'{"member": "x", "ids": ["sha256:0"]}',
        b'{"member": "x", "ids": []}',
        b'{"member": 1, "unreachable": "r"}',
        b'{"fingerprint": {"schema": "envprobe.fingerprint/9"}}',
        b'{"fingerprint": {"schema": "envprobe.fingerprint/1", "id": "sha256:0", "probe": {"version": "0", "digest": ""}, "sections": {}}}',
        b"[]",
        b"{",
    ],
)
def test_a_damaged_line_is_refused(tmp_path: Path, line: bytes) -> None:
    """What is in the midst of a spool and is none of its lines ends the reading, with the place."""
    path = write_spool(tmp_path / "s.jsonl", spread([(2, SAME)]))
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(DocumentError, match=r"s\.jsonl: at byte"):
        read_spool(path)


def test_secrets_in_a_reason_are_not_written(tmp_path: Path) -> None:
    """What a client says of a member may hold a password."""
    with open_spool(tmp_path / "s.jsonl", ASKED, resume=False) as spool:
        spool.failed(UnreachableMember("a", "cannot open https://ana:hunter2secret@host/x"))
    assert b"hunter2secret" not in (tmp_path / "s.jsonl").read_bytes()
