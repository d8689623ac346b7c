"""An explanation and its proof for a reviewer: what Markdown and the page say, and that nothing from a target acts in them."""

from __future__ import annotations

import re

import msgspec
import pytest

from envprobe.causes.cause import Cause, Explanation, ExplanationVerdict
from envprobe.causes.intervention import Intervention, NoIntervention
from envprobe.causes.proving import Taken, TrialOutcome, prove
from envprobe.fixes import Fix
from envprobe.render import FORMATS, Style
from envprobe.render.explanation import EXPLANATION_FORMATS
from tests.support.hostile import TEXTS
from tests.support.schema import problems

A, B = (Intervention(path=f"environment.{name}", words=f"unset {name}") for name in ("DNNL_MAX", "ONEDNN_MAX"))
WAYS = [A, B, NoIntervention("cpu.model", "another processor"), None]
BEFORE = "57 of 231 records differ, the first in operation/matmul"
TABLE = f"""\
| taken away | changed in the copy | before | after | result |
|---|---|---|---|---|
| nothing | unchanged | {BEFORE} | {BEFORE} | as the target |
| `environment.DNNL_MAX, environment.ONEDNN_MAX` | `unset DNNL_MAX; unset ONEDNN_MAX` | {BEFORE} | every record is the baseline's | restores, together |
| `environment.DNNL_MAX` | `unset DNNL_MAX` | {BEFORE} | the same bits | no effect (alone; taken away together with environment.ONEDNN&#95;MAX it restores the baseline's bits) |
| `environment.ONEDNN_MAX` | `unset ONEDNN_MAX` | {BEFORE} | 3 records differ, the first in host/blas | moves to host/blas (alone; taken away together with environment.DNNL&#95;MAX it restores the baseline's bits) |
| `cpu.model` |  |  | not run | impossible (another processor) |
| `environment.PYTHONHASHSEED` |  |  | not run | not seen by the benchmark |

"""


def _unproved() -> Explanation:
    paths = [A.path, B.path, "cpu.model", "environment.PYTHONHASHSEED"]
    causes = [
        Cause(
            paths=[path], rank=rank, mechanism="m", rule="r", source="s", values="absent != AVX2", explains=["operation/matmul"]
        )
        for rank, path in enumerate(paths, 1)
    ]
    return Explanation(verdict=ExplanationVerdict.EXPLAINED, expected="tf-2.9", observed="docker://trainer", causes=causes)


def _proved(restored: int = 0) -> Explanation:
    """Two caps of which neither alone restores; `restored` is how many records differ without both."""
    left = {frozenset(): 57, frozenset([A.path]): 57, frozenset([B.path]): 3}

    def run_each(taken: list[Taken]) -> list[TrialOutcome]:
        found = [left.get(frozenset(way.path for way in part), restored) for part in taken]
        stages = {57: "operation/matmul", 3: "host/blas"}
        return [TrialOutcome(state=str(moved), moved=moved, first=stages.get(moved), compared=231) for moved in found]

    return prove(_unproved(), WAYS, "57", run_each)  # type: ignore[arg-type]


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.partition("<body>")[2].partition("<script>")[0]))


def test_the_names_of_its_formats_are_those_of_a_check() -> None:
    assert set(EXPLANATION_FORMATS) <= set(FORMATS)


def test_markdown_shows_every_run_of_a_proof() -> None:
    """What was taken away and how, the bits before and after, and what that means."""
    told = EXPLANATION_FORMATS["markdown"](_proved(), Style())
    assert TABLE in told
    assert (
        "In a throw-away copy without environment.DNNL&#95;MAX and environment.ONEDNN&#95;MAX, all else unchanged, every" in told
    )


def test_the_page_shows_every_run_of_a_proof() -> None:
    page = EXPLANATION_FORMATS["html"](_proved(), Style())
    told = _text(page)
    assert "all else unchanged, every record is the baseline&#39;s; it is the smallest set found." in told
    assert f"environment.ONEDNN_MAX unset ONEDNN_MAX {BEFORE} 3 records differ, the first in host/blas moves to host/blas" in told
    assert "environment.PYTHONHASHSEED not run not seen by the benchmark" in told
    assert page.count('<span class="proof restores">proved</span>') == 2


def test_a_proof_is_whole_in_json_and_text() -> None:
    found = _proved()
    body = msgspec.json.decode(EXPLANATION_FORMATS["json"](found, Style()))
    assert problems("explanation/1", body) == []
    assert body["unchanged"] == {"first": "operation/matmul", "moved": 57, "compared": 231}
    assert [cause["proof"]["done"] for cause in body["causes"]] == ["unset DNNL_MAX", "unset ONEDNN_MAX", "", ""]
    assert f"unchanged, it leaves the same: {BEFORE}" in " ".join(EXPLANATION_FORMATS["text"](found, Style()).split())


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_what_is_not_proved_is_not_shown_as_proved(form: str) -> None:
    """Not where no set restores, and not where nobody asked for a proof."""
    told = EXPLANATION_FORMATS[form](_proved(restored=57), Style())
    assert "none is proved" in told and "throw-away copy without" not in told and "restores</span>" not in told
    told = EXPLANATION_FORMATS[form](_unproved(), Style())
    assert "none is proved" in told and "before</th>" not in told and "| before |" not in told


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_framework_that_fails_as_before_has_no_bits(form: str) -> None:
    """A copy in which it does not run either left nothing that could be the same bits."""

    def run_each(taken: list[Taken]) -> list[TrialOutcome]:
        return [TrialOutcome(state="fails: ImportError") for _ in taken]

    told = EXPLANATION_FORMATS[form](prove(_unproved(), WAYS, "fails: ImportError", run_each), Style())  # type: ignore[arg-type]
    assert "it fails as before" in told and "the framework does not run" in told and "same bits" not in told


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_from_a_target_becomes_markup(text: str) -> None:
    """Each value of an explanation is an attack: the page has the elements of a harmless one, and a table no row more."""

    def filled(words: str) -> Explanation:
        found = _proved()
        causes = [
            msgspec.structs.replace(
                cause,
                paths=[words, words],
                mechanism=words,
                rule=words,
                source=words,
                explains=[words],
                leaves=[words],
                values=words,
                proof=msgspec.structs.replace(cause.proof, why=words, to=words, done=words),
                fix=Fix(words, is_command=cause.rank % 2 == 0),
            )
            for cause in found.causes
        ]
        sides = {"expected": words, "observed": words, "causes": causes, "minimal": [words, words]}
        lists = {"symptoms": [words], "unexplained": [words], "advice": [words]}
        return msgspec.structs.replace(found, **sides, **lists)

    def tags(page: str) -> list[str]:
        return re.findall(r"<(?!title)/?[a-z][^>]*>", page)

    hostile, harmless = (EXPLANATION_FORMATS["html"](filled(words), Style()) for words in (text, "word"))
    assert tags(hostile) == tags(harmless)
    hostile, harmless = (EXPLANATION_FORMATS["markdown"](filled(words), Style()) for words in (text, "word"))
    assert len(hostile.splitlines()) == len(harmless.splitlines())
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)|</?code>", "", hostile)
    assert not re.search(r"<[a-zA-Z/!]|!?\[[^\]]*\]\(", outside)
