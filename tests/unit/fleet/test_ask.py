"""Every member is asked, none ends the others, and what comes back is read before it counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from envprobe.fingerprint import Fingerprint
from envprobe.fleet.ask import ask_all
from envprobe.fleet.engine import FleetMember
from envprobe.fleet.spool import Spool, open_spool
from envprobe.fleet.unreachable import UnreachableMember
from envprobe.fleet.unstable import unstable_members
from envprobe.probing.collect import Options
from tests.support.fleets import answering, failing
from tests.support.sample import fingerprint
from tests.support.trace_sample import TRACE

SAME = fingerprint()
TRACED = msgspec.structs.replace(SAME, trace=TRACE)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with open_spool(tmp_path / "s.jsonl", {"engine": "x"}, resume=False) as opened:
        yield opened


def test_a_member_that_fails_ends_no_other(spool: Spool) -> None:
    """Whatever a client's library raises, the member is unreachable for that reason."""
    broken = failing("b", RuntimeError("client exploded"))
    ask_all([failing("a"), broken, answering("c", SAME), UnreachableMember("d", "drained")], Options(), spool)
    assert spool.arrived.unreachable == {"a": "a: down", "b": "RuntimeError: client exploded", "d": "drained"}
    assert spool.arrived.members == {"c": (SAME.id,)}


def test_an_answer_whose_benchmark_cannot_be_read_is_unreachable(spool: Spool) -> None:
    """One bad trace would otherwise end the comparison of all."""
    ask_all([answering("a", msgspec.structs.replace(SAME, trace={"schema": "envprobe.trace/9"}))], Options(), spool)
    assert "envprobe.trace/9 is newer" in spool.arrived.unreachable["a"]


def test_progress_counts_members(spool: Spool) -> None:
    """Who waits sees how many have answered, and how many will not."""
    said: list[str] = []
    ask_all([answering("a", SAME), failing("b")], Options(), spool, say=said.append)
    assert said[0].endswith(" 0 of 2 answered") and said[-1].endswith(" 1 of 2 answered, 1 unreachable")


def _other_bits(digest: str) -> Fingerprint:
    records = [{**TRACE["records"][0], "digest": digest}, *TRACE["records"][1:]]
    return msgspec.structs.replace(SAME, trace={**TRACE, "records": records})


def test_a_member_that_differs_from_itself_is_unstable(spool: Spool) -> None:
    """Asked five times, it gives other bits twice: how often, and in which tensor."""
    odd = _other_bits("f" * 32)
    ask_all([answering("a", TRACED, odd, TRACED, odd, TRACED), answering("b", TRACED)], Options(), spool, repeat=5)
    (found,) = unstable_members(spool.arrived.members, spool.arrived.fingerprints)
    assert (found.member, found.times, found.odd) == ("a", 5, 2)
    assert len(found.stages) == 1 and TRACE["records"][0]["tensor"] in found.stages[0]


def test_asked_again_only_the_benchmark_is_run(spool: Spool) -> None:
    """Installed files are hashed once, however often the benchmark is repeated."""
    asked: list[Options] = []

    def ask(options: Options, known: Fingerprint | None) -> Fingerprint:
        asked.append(options)
        return TRACED

    ask_all([FleetMember("a", ask)], Options(), spool, repeat=3)
    assert [options.integrity for options in asked] == [True, False, False]
    assert len(set(spool.arrived.members["a"])) == 1


def test_an_interruption_keeps_what_arrived(spool: Spool) -> None:
    """Ctrl-C while a progress bar is drawn: the answers before it are in the spool."""

    def say(words: str) -> None:
        if " 2 of " in words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_all([answering(name, SAME) for name in "abcdef"], Options(), spool, parallel=1, say=say)
    assert len(spool.arrived.members) == 2
