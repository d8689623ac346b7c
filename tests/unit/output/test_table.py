"""CSV and TSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .case import RECORDED, OutputVerdict, compare, found, is_typed, only

LOG = "epoch,loss,note\n0,0.5,a\n1,0.25,b\n2,0.125,c\n"


@pytest.mark.parametrize(
    ("observed", "kind", "path", "words"),
    [
        (LOG.replace("0.25", "0.75"), "number", "loss[1]", ("0.25", "0.75")),
        (LOG.replace("0.25", "nan"), "number", "loss[1]", ("0.25", "nan")),
        (LOG.replace("1,0.25", "1.0,0.25"), "type", "epoch[1]", ("1", "1.0")),
        (LOG.replace("0.25", "none"), "type", "loss[1]", ("0.25", "none")),
        (LOG.replace("0.25", ""), "type", "loss[1]", ("0.25", "empty")),
        (LOG.replace("b", "x"), "changed", "note[1]", ("b", "x")),
        (LOG.replace("loss", "cost"), "renamed", "columns", ("loss", "cost")),
        ("loss,epoch,note\n0.5,0,a\n0.25,1,b\n0.125,2,c\n", "order", "columns", ("epoch, loss, note", "loss, epoch, note")),
        ("epoch,loss,note\n1,0.25,b\n0,0.5,a\n2,0.125,c\n", "order", "rows", ("rows", "the same rows in another order")),
        (LOG.replace("0.5", "0.50"), "spelling", "loss[0]", ("0.5", "0.50")),
        (LOG + "3,0.0625,d\n", "added", "rows[3]", ("absent", "3, 0.0625, d")),
        (LOG.replace("1,0.25,b\n", ""), "removed", "rows[1]", ("1, 0.25, b", "absent")),
        ("epoch,loss\n0,0.5\n1,0.25\n2,0.125\n", "removed", "note", ("a column", "absent")),
    ],
)
def test_each_kind_of_difference(tmp_path: Path, observed: str, kind: str, path: str, words: tuple[str, str]) -> None:
    """A value, a type, a name, an order and a length that differ are each told for what they are."""
    comparison = compare(tmp_path, "log.csv", LOG, observed)
    difference = only(comparison)
    shown = difference.path + (difference.deviation.first[0].where if difference.deviation else "")
    assert is_typed(comparison)
    assert comparison.verdict is OutputVerdict.DIFFERS
    assert (difference.kind, shown, (difference.expected, difference.observed)) == (kind, path, words)


@pytest.mark.parametrize("observed", [LOG.replace("\n", "\r\n"), LOG.replace(",", ";"), LOG + "\n"])
def test_spelling_does_not_count(tmp_path: Path, observed: str) -> None:
    """Ends of lines, the delimiter and blank lines make no difference."""
    assert compare(tmp_path, "log.csv", LOG, observed).verdict is OutputVerdict.IDENTICAL


@pytest.mark.parametrize(
    ("rules", "observed", "verdict"),
    [
        ({"loss": {"absolute": 0.1}}, LOG.replace("0.25", "0.26"), OutputVerdict.TOLERANCE),
        ({"epoch": {"absolute": 0.1}}, LOG.replace("0.25", "0.26"), OutputVerdict.DIFFERS),
        ({"loss": {"ignore": True}}, LOG.replace("0.25", "0.75"), OutputVerdict.IDENTICAL),
        ({"rows": {"ignore_order": True}}, "epoch,loss,note\n1,0.25,b\n0,0.5,a\n2,0.125,c\n", OutputVerdict.IDENTICAL),
        (
            {"*": {"ignore_order": True, "absolute": 0.1}},
            "epoch,loss,note\n1,0.26,b\n0,0.5,a\n2,0.125,c\n",
            OutputVerdict.TOLERANCE,
        ),
        ({"columns": {"ignore_order": True}}, "loss,epoch,note\n0.5,0,a\n0.25,1,b\n0.125,2,c\n", OutputVerdict.IDENTICAL),
    ],
)
def test_rules_by_column(tmp_path: Path, rules: dict[str, Any], observed: str, verdict: OutputVerdict) -> None:
    """A column has its tolerance, or is ignored; rows and columns may come in any order where a rule says so."""
    assert compare(tmp_path, "log.csv", LOG, observed, rules).verdict is verdict


def test_a_table_of_numbers_alone_has_no_header(tmp_path: Path) -> None:
    """The first row of a matrix is compared like the others."""
    assert found(compare(tmp_path, "m.tsv", "1\t2\n3\t4\n", "1\t5\n3\t4\n")) == [("number", "column 1")]


@pytest.mark.parametrize(
    ("observed", "reason"),
    [
        ("a,b\n1\n", "a row has 1 cells, not 2"),
        ('a,b\n1,"2\n', "unexpected end"),
    ],
)
def test_what_is_no_table_is_compared_as_text(tmp_path: Path, observed: str, reason: str) -> None:
    """A ragged, ambiguous or cut-off table is not guessed at."""
    comparison = compare(tmp_path, "t.csv", "a,b\n1,2\n", observed.encode("latin-1"))
    assert comparison.compared_by.startswith("text because")
    assert reason in comparison.compared_by


def test_the_log_of_a_real_training_is_read() -> None:
    """Keras's history as CSV: floats with all their digits."""
    from envprobe.output import describe

    description = describe(RECORDED / "history.csv")
    assert description.metrics == {"epoch": "2", "loss": "0.15334868431091309", "accuracy": "1.0"}
    assert description.parts["rows"] == "3"


@pytest.mark.parametrize("place", [10, 20_000, 39_990])
def test_a_large_table_keeps_its_row_numbers(tmp_path: Path, place: int) -> None:
    """A value and a row are named by their place wherever they lie, behind what both tables share; all rows are counted."""
    rows = [f"{number},{number / 7!r},a text of row {number}\n" for number in range(40_000)]
    changed = [*rows[:place], rows[place].replace("a text", "another"), *rows[place + 1 :]]
    header = "id,value,words\n"
    assert found(compare(tmp_path, "t.csv", header + "".join(rows), header + "".join(changed))) == [
        ("changed", f"words[{place}]")
    ]
    less = "".join([*rows[:place], *rows[place + 1 :]])
    assert found(compare(tmp_path, "t.csv", header + "".join(rows), header + less)) == [("removed", f"rows[{place}]")]
    number = [*rows[:place], f"{place},0.5,a text of row {place}\n", *rows[place + 1 :]]
    deviation = only(compare(tmp_path, "t.csv", header + "".join(rows), header + "".join(number))).deviation
    assert deviation is not None and (deviation.count, deviation.first[0].where) == (40_000, f"[{place}]")


@pytest.mark.timeout(60)
def test_a_quote_that_is_not_closed_costs_no_square(tmp_path: Path) -> None:
    """A megabyte behind it is read once."""
    sides = ['a,b\n1,"' + word + "\n" + "2,y\n" * 250_000 for word in ("x", "z")]
    assert compare(tmp_path, "t.csv", *sides).verdict is OutputVerdict.DIFFERS


def test_rows_are_counted_once_behind_equal_ones(tmp_path: Path) -> None:
    """A table of thirty rows of which the last ten differ has thirty values in a column, not more."""
    expected, observed = (
        "id,loss\n" + "".join(f"{row},{row + (row >= 20) * more}\n" for row in range(30)) for more in (0.5, 0.75)
    )
    deviation = only(compare(tmp_path, "log.csv", expected, observed)).deviation
    assert deviation is not None
    assert (deviation.differing, deviation.count) == (10, 30)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (("7", "A12"), ("8", "A12"), OutputVerdict.DIFFERS),
        (("7", "007"), ("8", "007"), OutputVerdict.DIFFERS),
        (("7", "12e45678"), ("8", "12e45678"), OutputVerdict.DIFFERS),
        (("7", "1.10"), ("7", "1.1"), OutputVerdict.TOLERANCE),
        (("7", ""), ("8", ""), OutputVerdict.TOLERANCE),
        (("7", "N/A"), ("8", "N/A"), OutputVerdict.TOLERANCE),
        (("7", "nan"), ("8", "nan"), OutputVerdict.TOLERANCE),
    ],
)
def test_a_limit_holds_for_columns_of_numbers(
    tmp_path: Path, ours: tuple[str, str], theirs: tuple[str, str], verdict: OutputVerdict
) -> None:
    """In a column that holds text, its numbers are names, too: none is close to another."""
    tables = [f"patient,p\n{first},0.5\n{last},{p}\n" for (first, last), p in ((ours, "0.5"), (theirs, "0.75"))]
    assert compare(tmp_path, "p.csv", *tables, {"*": {"absolute": 2}}).verdict is verdict
