"""Files that were changed in a container and are what they were released as."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from envprobe.assess import assess
from envprobe.fingerprint import Fingerprint
from envprobe.policy import DEFAULT, Severity
from tests.support.sample import fingerprint

SITE = "/usr/lib/python3/dist-packages"
WHERE = {"python": {"folders": {"{site}": SITE, "{stdlib}": "/usr/lib/python3.9", "{home}": "/root"}}}
LOOKED_INTO = {"unlisted.none": "x", "stdlib.os": "sha256:1", "modules.none": "x", "container.user": "root"}


def _side(changes: list[str] | None, facts: dict[str, Any] | None = None, **more: Any) -> Fingerprint:
    listed = {} if changes is None else {"container.changes": changes}
    return msgspec.structs.replace(fingerprint({**LOOKED_INTO, **listed, **(facts or {})}, **more), context=WHERE)


def _severity(observed: Fingerprint) -> Severity:
    report = assess(_side(None), observed, policy=DEFAULT, today=date(2026, 1, 1))
    return report.weight(next(item for item in report.differences if item.path == "container.changes"))


def test_a_file_that_is_what_its_record_says_is_no_finding() -> None:
    """A package that was installed again as it was is a note."""
    assert _severity(_side([f"changed {SITE}/six.py", "added /usr/lib/python3.9/os.pyc"])) is Severity.NOTE


@pytest.mark.parametrize(
    "observed",
    [
        _side(["changed /usr/lib/libm.so.6"]),
        _side([f"changed {SITE}/six.py", "added /opt/model.bin"]),
        _side([f"changed {SITE}-old/six.py"]),
        _side(["added /root/train.py"]),
        _side([f"changed {SITE}/six.py"], unknown={"integrity.six": "no RECORD"}),
        _side([f"changed {SITE}/six.py"], skipped={"integrity.*": "left out by --no-integrity"}),
        _side([f"changed {SITE}/six.py"], {"container.changes_left_out": 3}),
    ],
    ids=["a library", "one elsewhere", "beside the folder", "home", "not looked at", "left out", "not all listed"],
)
def test_whatever_integrity_did_not_look_at_stays(observed: Fingerprint) -> None:
    """A file elsewhere, or one that nobody hashed, may be anything."""
    assert _severity(observed) is Severity.WARN
