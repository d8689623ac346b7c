"""What holds of `envprobe doctor` whatever the file says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from envprobe.audit.examine import examine
from envprobe.audit.fixing import fixed
from envprobe.audit.kind import kind_of
from envprobe.audit.reading import read
from envprobe.error import DocumentError
from tests.support.audit_corpus import CASES, files

CORPUS = [(path.name, path.read_text("utf-8")) for case in CASES for side in ("bad", "good") for path in files(case / side)]
PIECES = st.sampled_from(
    [
        '"',
        "'",
        "\\",
        "\n",
        "${",
        "}",
        "$(",
        ")",
        "<<EOF\n",
        "EOF\n",
        "[",
        "]",
        "{",
        ":",
        "--",
        "\t",
        "#",
        "|",
        "&a ",
        "*a",
        "<<: ",
        "\r",
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a file of the corpus in which a few places are cut out or written over."""
    name, text = draw(st.sampled_from(CORPUS))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(PIECES | st.text(max_size=3)) + text[end:]
    return name, text


@given(damaged())
@settings(max_examples=200, deadline=None)
def test_a_damaged_file_is_read_or_refused(file: tuple[str, str]) -> None:
    """Nothing that stands in a file is a bug of ours; a finding points into the file, and reading twice says the same."""
    name, text = file
    kind = kind_of(name, text) or "script"
    try:
        findings = examine(read(name, kind, text))
    except DocumentError:
        return
    lines = text.replace("\r\n", "\n").count("\n") + 1
    assert all(one.line is None or 1 <= one.line <= lines for one in findings)
    assert findings == examine(read(name, kind, text))


@given(damaged())
@settings(max_examples=100, deadline=None)
def test_a_fix_changes_only_what_was_found(file: tuple[str, str]) -> None:
    """Lines without a finding stay as they are, in their order."""
    name, text = file
    kind = kind_of(name, text) or "script"
    try:
        findings = examine(read(name, kind, text))
    except DocumentError:
        return
    touched = {one.line for one in findings if one.edit is not None}
    after, _ = fixed(text, findings)
    kept = [row for number, row in enumerate(text.split("\n"), 1) if number not in touched]
    rows = iter(after.split("\n"))
    assert all(any(row == other for other in rows) for row in kept)
