"""The corpus: outputs that real libraries wrote, each recorded, rewritten (the same values in other bytes) and really changed."""

from __future__ import annotations

import pytest

from envprobe.output import OutputVerdict, Tolerance, compare_descriptions, compare_outputs, describe

from .case import SAMPLES

CORPUS = SAMPLES / "corpus"
NAMES = sorted(path.name for path in (CORPUS / "recorded").iterdir())


def test_the_corpus_is_large() -> None:
    """At least sixty outputs, each in all versions."""
    assert len(NAMES) >= 60
    assert all((CORPUS / version / name).is_file() for name in NAMES for version in ("rewritten", "changed"))


@pytest.mark.parametrize("name", NAMES)
def test_an_output_that_was_written_again_is_identical(name: str) -> None:
    """Another time, order, compression or spelling is no difference, by the files and by what was kept of them."""
    recorded, rewritten = CORPUS / "recorded" / name, CORPUS / "rewritten" / name
    assert recorded.read_bytes() != rewritten.read_bytes()
    comparison = compare_outputs(recorded, rewritten, Tolerance())
    assert comparison.verdict is OutputVerdict.IDENTICAL, comparison
    kept = compare_descriptions(describe(recorded), describe(rewritten), Tolerance())
    assert kept.verdict in (OutputVerdict.IDENTICAL, OutputVerdict.UNDETERMINED), kept


@pytest.mark.parametrize("name", NAMES)
def test_an_output_that_changed_differs(name: str) -> None:
    """One other value is seen, whichever side it is on, and what was kept is never told the same."""
    recorded, changed = CORPUS / "recorded" / name, CORPUS / "changed" / name
    for sides in ((recorded, changed), (changed, recorded)):
        comparison = compare_outputs(*sides, Tolerance())
        assert comparison.verdict is OutputVerdict.DIFFERS, comparison
        assert comparison.differences[0].expected != comparison.differences[0].observed
    kept = compare_descriptions(describe(recorded), describe(changed), Tolerance())
    assert kept.verdict in (OutputVerdict.DIFFERS, OutputVerdict.UNDETERMINED), kept
