"""Any two documents compared, and each of many with each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from envprobe.config import Config
from envprobe.error import UsageError
from envprobe.report import Verdict
from envprobe.serve.catalogue import Catalogue
from envprobe.serve.drift import SAME, WAITING, Comparisons, MatrixCell, matrix
from envprobe.serve.entry import ListedDocument
from tests.support.served import write_team

TODAY = date(2026, 3, 4)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """The folder of a team."""
    write_team(tmp_path)
    return Catalogue(tmp_path)


def entries(catalogue: Catalogue) -> dict[str, ListedDocument]:
    return {entry.file.place: entry for entry in catalogue.scan().entries.values()}


def test_a_cell_is_what_diff_says(catalogue: Catalogue) -> None:
    """The verdict and the numbers are those of the comparison behind the cell."""
    found, comparisons = entries(catalogue), Comparisons(catalogue, Config())
    cell = comparisons.cell(found["tf.json"], found["ana.json"], TODAY)
    assert (cell.verdict, cell.fails, cell.warns) == (Verdict.DIFFERS, 1, 0)
    report = comparisons.report(found["tf.json"], found["ana.json"], TODAY)
    assert [item.path for item in report.differences] == ["packages.numpy.version"]
    assert (report.expected_name, report.observed_name) == ("tf.json", "ana.json")
    assert comparisons.cell(found["pins.json"], found["tf.json"], TODAY).verdict is Verdict.REPRODUCES


def test_two_runs_are_compared_with_their_outputs(catalogue: Catalogue) -> None:
    """Runs in one environment that left other numbers differ, and the page says how to compare the files themselves."""
    found, comparisons = entries(catalogue), Comparisons(catalogue, Config())
    cell = comparisons.cell(found["runs/run-1.json"], found["runs/run-2.json"], TODAY)
    assert (cell.fails, cell.outputs) == (0, 1)
    assert comparisons.cell(found["tf.json"], found["ana.json"], TODAY).outputs is None
    report = comparisons.report(found["runs/run-1.json"], found["runs/run-2.json"], TODAY)
    assert "envprobe diff" in report.outputs[0].comparison.hint


@pytest.mark.parametrize(
    ("expected", "observed"), [("tf.json", "pins.json"), ("checks/monday.json", "tf.json"), ("tf.json", "broken.json")]
)
def test_what_is_no_environment_is_not_compared(catalogue: Catalogue, expected: str, observed: str) -> None:
    """A declared baseline cannot be observed, a check or a faulty document is no side at all: said with what to take instead."""
    found, comparisons = entries(catalogue), Comparisons(catalogue, Config())
    with pytest.raises(UsageError) as caught:
        comparisons.report(found[expected], found[observed], TODAY)
    assert "take" in caught.value.hint
    assert comparisons.cell(found[expected], found[observed], TODAY).state == "faulty"


def test_a_matrix_ends_when_it_is_asked_for_again_and_again(catalogue: Catalogue) -> None:
    """However little time there is, each look compares at least one pair more, and none twice."""
    found = [entry for entry in catalogue.scan().entries.values() if entry.has_environment]
    compared: dict[tuple[str, str], MatrixCell] = {}
    looks, is_complete = 0, False
    while not is_complete:
        looks += 1

        def compare(left: ListedDocument, right: ListedDocument) -> MatrixCell:
            assert (left.id, right.id) not in compared
            return compared.setdefault((left.id, right.id), MatrixCell())

        cells = matrix(found, found, lambda left, right: compared.get((left.id, right.id)), compare, lambda: False)
        is_complete = not any(WAITING in row for row in cells)
    assert len(found) == 4
    assert looks == len(compared) == 4 * 3
    assert [row[index] for index, row in enumerate(cells)] == [SAME] * 4
