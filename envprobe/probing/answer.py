"""Find the probe's answer in what a target wrote, or say why there is none.

Pure. The frame is `\\n<nonce> <length> <sha256>\\n<payload>\\n<nonce> end\\n`; what stands before and behind it is anybody's.
"""

from __future__ import annotations

import hashlib
import re
import signal

from .. import document
from ..error import DocumentError, ProbeError
from ..fingerprint import ANSWER_SCHEMA, Fingerprint, from_value
from ..redaction import redact
from ..targets.protocol import Completed

LIMIT_BYTES = document.LIMIT_BYTES
NOISE_LIMIT_BYTES = 32 << 20
WORDS_LIMIT = 1200
WORDS_LINES = 12
KILLED = 128 + signal.SIGKILL

OWN_SENTENCE = "envprobe: "  # the stub and the probe begin with it what they want to say to a reader
SHORT_OF_MEMORY = "most often memory ran out; give it more, or leave out what needs it: --no-benchmark"
NOT_THE_PROBE = "something in the target speaks in the probe's place; is its python3 a real one?"
BY_HAND = "does Python start there? try by hand: python3 -c pass"
NOISY = "what prints at every Python start there (sitecustomize, .pth)?"
SLOW = "give it more time with --timeout, or leave out what takes long: --no-integrity, --no-benchmark"


def read_answer(completed: Completed, nonce: str, where: str) -> Fingerprint:
    """Return the fingerprint that the probe sent. Raises ProbeError with the target's last words and what to do."""
    payload = unframe(completed.stdout, nonce)
    if payload is None:
        raise no_answer(completed, where)
    try:
        value = document.read_json(payload, f"{where}: the probe's answer", limit_bytes=LIMIT_BYTES)
        document.check_schema(value, ANSWER_SCHEMA, f"{where}: the probe's answer")
        return from_value(value, f"{where}: the probe's answer")
    except DocumentError as error:
        raise ProbeError(error.message, NOT_THE_PROBE) from None


def unframe(stdout: bytes, nonce: str) -> bytes | None:
    """Return the payload of the first whole frame; None where there is none, or where length or digest are not right."""
    mark = nonce.encode("ascii")
    for head in re.finditer(rb"\n" + re.escape(mark) + rb" (\d{1,12}) ([0-9a-f]{64})\n", stdout):
        end = head.end() + int(head[1])
        payload = stdout[head.end() : end]
        is_whole = stdout.startswith(b"\n" + mark + b" end\n", end)
        if is_whole and hashlib.sha256(payload).hexdigest().encode("ascii") == head[2]:
            return payload
    return None


def no_answer(completed: Completed, where: str) -> ProbeError:
    """Return the error for a probe that ended, or was ended, without a whole answer."""
    words = last_words(completed.stderr) or last_words(completed.stdout)
    said = "\n".join(f"  | {line}" for line in words.splitlines())
    problem, hint = _diagnosis(completed, words)
    if problem is None:
        return ProbeError(f"{where}: {words.splitlines()[-1].removeprefix(OWN_SENTENCE)}", hint)
    return ProbeError(f"{where}: {problem}" + (f"; its last words:\n{said}" if said else " and said nothing"), hint)


def _diagnosis(completed: Completed, words: str) -> tuple[str | None, str]:
    """Return what happened and what to do; None where the probe's own last sentence says what happened."""
    if completed.truncated:
        return "the probe wrote more than is read, and was ended", NOISY
    if completed.timed_out:
        return "the probe gave no answer in time and was ended", SLOW
    if completed.returncode in (KILLED, -signal.SIGKILL):
        return "the probe was killed", SHORT_OF_MEMORY
    if completed.returncode < 0:
        return f"the probe was ended by {_signal_name(-completed.returncode)}", BY_HAND
    if words.splitlines()[-1:] and words.splitlines()[-1].startswith(OWN_SENTENCE):
        return None, "name another interpreter, such as local://python3.9, or run it where there is one"
    return f"the probe ended with status {completed.returncode} and no answer", BY_HAND


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def last_words(output: bytes) -> str:
    """Return the end of a program's output, bounded, with control characters escaped so that a terminal is safe."""
    text = redact(
        output[-4 * WORDS_LIMIT :].decode("utf-8", "backslashreplace").replace("\r\n", "\n").strip()
    )  # before it is cut
    lines = ["".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line) for line in text.split("\n")]
    return "\n".join(lines[-WORDS_LINES:])[-WORDS_LIMIT:]
