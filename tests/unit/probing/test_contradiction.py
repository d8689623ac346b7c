"""What an engine sees in a container, held against what Python there says."""

from __future__ import annotations

import msgspec
import pytest

from envprobe.fact import Unknown
from envprobe.fingerprint import Fingerprint
from envprobe.probing.contradiction import without_what_is_contradicted
from tests.support.sample import fingerprint

SITE = "/usr/lib/python3/dist-packages"


def _guest(change: str, **reported: object) -> Fingerprint:
    said = fingerprint({"container.changes": [change], **reported}, absent=() if reported else ("python.sitecustomize",))
    return msgspec.structs.replace(said, context={"python": {"folders": {"{site}": SITE}}})


@pytest.mark.parametrize("name", ["sitecustomize.py", "sitecustomize", "start.pth"])
def test_a_start_that_is_hidden_makes_what_python_says_unknown(name: str) -> None:
    """Code that runs at Python's start can answer in the probe's place: where it is not reported, what fails is unknown."""
    found = without_what_is_contradicted(_guest(f"added {SITE}/{name}"))
    for path in ("python.version", "integrity.six"):
        fact = found.get(path)
        assert isinstance(fact, Unknown)
        assert f"{SITE}/{name}" in fact.reason


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (f"added {SITE}/sitecustomize.py", {"python.sitecustomize": {"place": "{site}/sitecustomize.py"}}),
        (f"added {SITE}/start.pth", {"python.pth.start.pth": {"adds": []}}),
        (f"added {SITE}/.hidden.pth", {}),
        (f"deleted {SITE}/start.pth", {}),
        ("added /work/start.pth", {}),
    ],
)
def test_what_is_reported_or_never_run_is_no_contradiction(change: str, reported: dict[str, object]) -> None:
    """An honest answer stays as it is."""
    guest = _guest(change, **reported)
    assert without_what_is_contradicted(guest) == guest
