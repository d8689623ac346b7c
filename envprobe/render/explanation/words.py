"""What every format says of causes in the same words: the headline, what was proved, and the runs that prove it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...causes.cause import Explanation, Proof
from ...causes.proving import UNSEEN
from ...spelling import line, some

UNTRIED = Proof()
RESTORED = "every record is the baseline's"
FAILS = "the framework does not run"
NOT_RUN = "not run"


class ProofRow(NamedTuple):
    """A run of the benchmark in a copy, or why there was none."""

    taken: str
    """The facts that were taken away, in one text."""
    done: str
    """What was changed in the copy."""
    before: str
    after: str
    result: str
    status: str
    """That of a proof: a word for a colour, beside the result."""
    why: str


def headline(explanation: Explanation) -> str:
    """Return what is known, in one sentence."""
    likely = [cause for cause in explanation.causes if cause.explains]
    if explanation.minimal:
        return f"proved: {line(', '.join(explanation.minimal), 200)} restores the baseline's bits"
    if likely:
        return f"{some(len(likely), 'cause')} that can explain what was seen; none is proved"
    if explanation.causes:
        return f"{some(len(explanation.causes), 'difference')} outside of what the benchmark runs"
    return "nothing differs that needs a cause" if not explanation.unexplained else "no rule knows a cause"


def proved(explanation: Explanation) -> str:
    """Return what is proved, in one sentence for who reads no table; empty where nothing is."""
    if not explanation.minimal:
        return ""
    taken = line(" and ".join(explanation.minimal), 400)
    least = "; it is the smallest set found" if len(explanation.minimal) > 1 else ""
    return f"In a throw-away copy without {taken}, all else unchanged, {RESTORED}{least}."


def proof_words(proof: Proof) -> str:
    """Return what was proved, in words."""
    if proof.status == "restores":
        return f"restores: without it {RESTORED}{_because(proof)}"
    if proof.status in ("moves-to", "no-effect") and proof.moved is None:
        return f"{_result(proof)}: without it {_after(proof)}{_because(proof)}"
    if proof.status == "moves-to":
        return f"moves to {proof.to}: without it {some(proof.moved or 0, 'record')} still differ{_because(proof)}"
    if proof.status == "no-effect":
        return f"no effect: without it the same {some(proof.moved or 0, 'record')} differ{_because(proof)}"
    return f"{proof.status}{_because(proof)}"


def unchanged_words(explanation: Explanation) -> str:
    """Return what the benchmark left in an unchanged copy; empty where none vouches for the others."""
    seen = explanation.unchanged
    if seen is None:
        return ""
    if seen.moved is None:
        return FAILS
    return f"{seen.moved} of {some(seen.compared, 'record')} differ" + (f", the first in {seen.first}" if seen.first else "")


def proof_rows(explanation: Explanation) -> list[ProofRow]:
    """Return the table of what was taken away, the set that is proved first; empty where nobody asked for a proof."""
    alone = [cause for cause in explanation.causes if cause.proof != UNTRIED]
    before = unchanged_words(explanation)
    rows = []
    if len(explanation.minimal) > 1:
        done = "; ".join(cause.proof.done for cause in alone if cause.paths[0] in explanation.minimal)
        rows.append(ProofRow(", ".join(explanation.minimal), done, before, RESTORED, "restores, together", "restores", ""))
    for cause in alone:
        proof = cause.proof
        is_run = proof.status in ("restores", "moves-to", "no-effect")
        rows.append(
            ProofRow(
                taken=cause.paths[0],
                done=proof.done,
                before=before if is_run else "",
                after=_after(proof),
                result=_result(proof),
                status=proof.status,
                why="" if proof.why in (proof.done, UNSEEN) else proof.why,
            )
        )
    return rows


def rest(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield label and words of what is left, what to do next, and what the proof cost."""
    yield from (("left", words) for words in explanation.unexplained)
    yield from (("next", words) for words in explanation.advice)
    if explanation.runs:
        yield "cost", f"{some(explanation.runs, 'run')} of the benchmark, {explanation.seconds:.0f} s"


def _after(proof: Proof) -> str:
    if proof.status == "restores":
        return RESTORED
    if proof.status == "no-effect":
        return "it fails as before" if proof.moved is None else "the same bits"
    if proof.status == "moves-to":
        return FAILS if proof.moved is None else f"{some(proof.moved, 'record')} differ, the first in {proof.to}"
    return NOT_RUN


def _result(proof: Proof) -> str:
    if proof.status == "moves-to":
        return "moves" if proof.moved is None else f"moves to {proof.to}"
    if proof.why == UNSEEN:
        return "not seen by the benchmark"
    return proof.status.replace("-", " ")


def _because(proof: Proof) -> str:
    return f" ({line(proof.why, 400)})" if proof.why else ""
