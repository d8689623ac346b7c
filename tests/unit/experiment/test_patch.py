from __future__ import annotations

from typing import Any

import msgspec
import pytest

from envprobe.experiment.patch import TEXT_LIMIT, told_by_guest
from envprobe.fingerprint import Fingerprint
from envprobe.runs import Patch
from tests.support.sample import fingerprint

DIGEST = "sha256:" + "1" * 64


def answer(patch: object) -> Fingerprint:
    """Return a fingerprint as the probe sends it from a container."""
    found = fingerprint({"code.commit": "a" * 40, "code.dirty": {"digest": DIGEST, "files": 1, "names": ["a.py"]}})
    return msgspec.structs.replace(found, context={"code": {"patch": patch}, "host_name": "trainer"})


def test_what_the_guest_tells_becomes_the_runs() -> None:
    """The text does not stay in the fingerprint, and is redacted again by what this machine keeps secret."""
    told = {"text": "+hunter2-hunter2\n+token=abcdefgh", "whole": True, "upstream": "origin/main", "fork_point": "b" * 40}
    found, patch = told_by_guest(answer(told), {"API_KEY": "hunter2-hunter2"})
    assert found.context == {"host_name": "trainer"}
    assert patch.text == "+{scrubbed}\n+token={scrubbed}"
    assert (patch.digest, patch.upstream, patch.fork_point) == (DIGEST, "origin/main", "b" * 40)


def test_what_could_not_be_told_is_said() -> None:
    """A patch that was cut, and a history that is not there."""
    patch = told_by_guest(answer({"text": "+a", "whole": False, "fork_reason": "a shallow clone"}), {})[1]
    assert patch.note.startswith("a shallow clone; only the first part of the patch was made; files that git does not know")


@pytest.mark.parametrize(
    "told",
    [None, 3, "text", [], {"text": 3, "upstream": {}, "whole": "no"}, {"text": "x" * (TEXT_LIMIT + 1), "reason": "y" * 9999}],
)
def test_a_container_may_say_anything(told: Any) -> None:
    """What comes out of a container is bounded and typed before it is recorded."""
    patch = told_by_guest(answer(told), {})[1]
    assert isinstance(patch.text, str)
    assert len(patch.text) <= TEXT_LIMIT
    assert len(patch.note) < 1000


def test_without_a_repository_there_is_none() -> None:
    """No code section, no patch."""
    assert told_by_guest(fingerprint(), {}) == (fingerprint(), Patch())
