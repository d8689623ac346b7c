"""The programs that people save their reports with, themselves: what they write anew is intact, and found where it is edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.command.report import verify
from envprobe.verification.verification import Status
from tests.support.attached import SEVERAL
from tests.support.saves import SAVES, Save, save

pytestmark = pytest.mark.real


@pytest.mark.parametrize("case", SAVES, ids=lambda case: f"{case.file}{'-removed' * case.removes}")
def test_saving_is_not_tampering(case: Save, tmp_path: Path) -> None:
    """The record in it is the one that was attached; where the program has removed it, that is said."""
    found = verify(save(case, tmp_path))
    assert (found.status, found.record) == ((Status.MISSING, None) if case.removes else (Status.INTACT, SEVERAL))
    assert not case.removes or "its record was removed" in found.reasons[0]
