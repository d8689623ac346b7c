"""Claims as they are typed and configured."""

from __future__ import annotations

import pytest

from envprobe.claim import Claim, parse_claim, read_claims
from envprobe.error import DocumentError, UsageError


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("out/metrics.json:accuracy >= +0.05", Claim("out/metrics.json:accuracy", ">=", 0.05)),
        ("accuracy>=+5%", Claim("accuracy", ">=", 0.05, is_relative=True)),
        ("loss <= -.1", Claim("loss", "<=", -0.1)),
        ("  history.loss[last] ≤ -1.5e-3  ", Claim("history.loss[last]", "<=", -0.0015)),
        ("my accuracy ≥ +0.5 %", Claim("my accuracy", ">=", 0.005, is_relative=True)),
        ("error <= +0", Claim("error", "<=", 0.0)),
    ],
)
def test_a_claim_is_a_metric_a_direction_and_a_margin(text: str, claim: Claim) -> None:
    """Spaces do not count, a share is a share, and what is written again is read again."""
    assert parse_claim(text) == claim
    assert parse_claim(str(claim)) == claim


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("accuracy >= 0.05", "its number has a sign"),
        ("accuracy >= 5%", "its number has a sign"),
        ("accuracy > +0.05", "a claim has >= or <=, not >"),
        ("accuracy == +0.05", "a claim has >= or <=, not =="),
        ("accuracy >= +much", "is no number with a sign"),
        ("accuracy >= +1e999", "is no number with a sign"),
        ("accuracy >=", "'' is no number with a sign"),
        ("accuracy", "is no claim"),
        (">= +0.05", "is no claim"),
        ("", "is no claim"),
        ("a\x1b[2J >= 1x", "no number"),
    ],
)
def test_what_is_no_claim_is_refused_with_what_to_write(text: str, words: str) -> None:
    """The message quotes what was typed, safely, and the hint says how a claim is written."""
    with pytest.raises(UsageError, match=words) as caught:
        parse_claim(text)
    assert "+" in caught.value.hint
    assert "\x1b" not in caught.value.message


def test_claims_of_a_configuration() -> None:
    """A table of metrics, each with what is claimed of it; every fault is named at once."""
    assert read_claims({"accuracy": ">= +0.05", "loss": ["<= -0.1", ">= -1"]}, "here") == [
        Claim("accuracy", ">=", 0.05),
        Claim("loss", "<=", -0.1),
        Claim("loss", ">=", -1.0),
    ]
    with pytest.raises(DocumentError) as caught:
        read_claims({"accuracy": "much better", "loss": 5}, "envprobe.toml: claims")
    assert caught.value.message.count("envprobe.toml: claims") == 2
