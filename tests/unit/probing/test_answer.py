"""The probe's answer, found in what a target wrote; or why there is none."""

from __future__ import annotations

import hashlib
import json
import signal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import ProbeError
from envprobe.probing.answer import last_words, no_answer, read_answer, unframe
from envprobe.targets.protocol import Completed

NONCE = "5f" * 16
ANSWER: dict[str, Any] = {
    "schema": "envprobe.answer/1",
    "probe": {"version": "0", "digest": "sha256:0"},
    "skipped": {},
    "trace": None,
    "sections": {"python": {"known": {"version": "3.8.10"}, "absent": [], "unknown": {}}},
    "context": {},
}


def framed(payload: bytes, nonce: str = NONCE) -> bytes:
    digest = hashlib.sha256(payload).hexdigest()
    return f"\n{nonce} {len(payload)} {digest}\n".encode() + payload + f"\n{nonce} end\n".encode()


def answer(**changes: Any) -> bytes:
    return json.dumps({**ANSWER, **changes}).encode()


def completed(stdout: bytes = b"", stderr: bytes = b"", returncode: int = 0, **how: bool) -> Completed:
    return Completed(returncode, stdout, stderr, how.get("truncated", False), how.get("timed_out", False))


@given(st.binary(), st.binary(), st.binary())
def test_noise_around_the_frame_changes_nothing(before, payload, after):
    """Whatever prints before and after the probe, the answer is found whole."""
    assert unframe(before + framed(payload) + after, NONCE) == payload


@given(st.binary(max_size=50), st.integers(0, 200))
def test_a_frame_that_was_cut_off_is_no_answer(payload, cut):
    """An answer that is not there to its last byte is not read."""
    whole = framed(payload)
    assert unframe(whole[: min(cut, len(whole) - 1)], NONCE) is None


@given(st.binary(min_size=1, max_size=50), st.data())
def test_a_damaged_answer_is_no_answer(payload, data):
    """One changed byte inside the answer is noticed."""
    at = data.draw(st.integers(0, len(payload) - 1))
    damaged = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
    assert unframe(framed(payload).replace(payload + b"\n" + NONCE.encode(), damaged + b"\n" + NONCE.encode()), NONCE) is None


def test_somebody_elses_frame_is_not_ours():
    """A frame under another nonce, as a recorded answer would have, is noise."""
    assert unframe(framed(answer(), "0" * 32) + framed(b"ours"), NONCE) == b"ours"
    assert unframe(framed(answer(), "0" * 32), NONCE) is None


def test_an_answer_becomes_a_fingerprint():
    """A sound answer is read as facts."""
    assert read_answer(completed(b"noise" + framed(answer())), NONCE, "docker://x").get("python.version").value == "3.8.10"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "empty"),
        (b'{"schema": "envprobe.answer/1", ', "not JSON"),
        (answer(schema="envprobe.answer/2"), "newer"),
        (answer(schema="somebody.else/1"), "schema"),
        (b"[]", "schema"),
        (b'{"schema": "envprobe.answer/1", "schema": "envprobe.answer/1"}', "duplicate key"),
        (answer(trace={"loss": float("nan")}), "NaN is not JSON"),
        (answer(context={"deep": json.loads("[" * 60 + "]" * 60)}), "nested"),
        (b"[" * 100_000, "nested"),
        (answer(context={"long": "x" * (2 << 20)}), "characters"),
        (answer(context={"lone": "\ud800"}), "surrogate"),
        (b"\xff\xfe", "not UTF-8"),
        (answer(sections={"python": {"known": {"version": None}}}), "sections.python.known.version"),
        (answer(sections={"python": {"known": {"version": [1.5]}}}), "sections.python.known.version"),
        (answer(sections=[]), "sections"),
        (answer(extra=1), "extra"),
        (json.dumps({k: v for k, v in ANSWER.items() if k != "probe"}).encode(), "probe"),
    ],
)
def test_an_answer_that_is_not_one_is_named_with_its_fault(payload, said):
    """Whatever speaks in the probe's place is refused as a probe error that names the target and the fault."""
    with pytest.raises(ProbeError) as caught:
        read_answer(completed(framed(payload)), NONCE, "docker://x")
    assert caught.value.message.startswith("docker://x: the probe's answer")
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("ended", "said", "hint"),
    [
        (completed(returncode=1, stderr=b"ImportError: no encodings"), "status 1", "by hand"),
        (completed(returncode=0), "status 0 and no answer and said nothing", "by hand"),
        (completed(returncode=137), "killed", "memory"),
        (completed(returncode=-signal.SIGKILL), "killed", "memory"),
        (completed(returncode=-signal.SIGSEGV), "SIGSEGV", "by hand"),
        (completed(returncode=-99), "signal 99", "by hand"),
        (completed(returncode=137, timed_out=True), "in time", "--timeout"),
        (completed(returncode=137, truncated=True), "more than is read", "sitecustomize"),
    ],
)
def test_no_answer_says_what_happened_and_what_to_do(ended, said, hint):
    """Each way to end without an answer has its own sentence and its own next step."""
    error = no_answer(ended, "docker://x")
    assert error.message.startswith("docker://x: ")
    assert said in error.message
    assert hint in error.hint


def test_the_stubs_own_sentence_is_the_message():
    """What the probe itself says last, such as that Python is too old, is the error, not a quotation in one."""
    error = no_answer(completed(returncode=1, stderr=b"noise\nenvprobe: the probe needs Python 3.6 or newer"), "docker://x")
    assert error.message == "docker://x: the probe needs Python 3.6 or newer"


def test_last_words_are_quoted():
    """The end of what the target said is shown line by line; stdout counts where stderr is silent."""
    assert (
        "  | Traceback\n  | KeyError: 1" in no_answer(completed(returncode=1, stderr=b"Traceback\r\nKeyError: 1\n"), "x").message
    )
    assert "  | Fatal" in no_answer(completed(returncode=1, stdout=b"Fatal\n"), "x").message


@given(st.binary(max_size=20_000))
def test_last_words_are_safe_for_a_terminal(output):
    """A hostile target can neither move the cursor nor fill the screen."""
    words = last_words(output)
    assert all(letter.isprintable() or letter == "\n" for letter in words)
    assert len(words) <= 1200
    assert words.count("\n") < 12
