"""The line of a record: one line that a person can read, and that says which record it stands for.

    envprobe:1|py:3.8.10|tf:2.9.0|cuda:11.2|cudnn:8.1.0|gpu:A100|isa:x86-64:avx2|img:sha256:…|trace:…|out:…|fp:…|rec:…

Every field is there, in this order: `-` stands for absent, `?` for unknown. A line has one spelling only: with any character
changed it is another line or none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

import msgspec

from ..error import DocumentError
from ..fact import ABSENT, Absent, Fact, Known, Unknown, canonical, sha256
from ..fingerprint import NOT_LOOKED, Fingerprint, skip_reason
from ..spelling import EMPTY_WORD, cut

SCHEMA = "envprobe:1"
FIELDS = ("py", "tf", "cuda", "cudnn", "gpu", "isa", "img", "trace", "out", "fp", "rec")
PLAIN = "._+-:/@=,()[]"
"""What stands for itself beside letters and digits; no character that Markdown, HTML, JSON or a shell would act on."""
LINE_LIMIT = 2000
VALUE_LIMIT = 60
SHORT = 16
"""Hexadecimal digits of a digest that names; the full one is in the record."""
BINDING = 32
"""Hexadecimal digits of the record's digest: 128 bits, because an author could search for two records with one shorter prefix."""
TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "intel-tensorflow", "tensorflow-rocm", "tensorflow-macos")
ABSENT_MARK, UNKNOWN_MARK = "-", "?"
NOT_TOLD = "the line does not say why"
_SHAPE = re.compile(r"envprobe:[0-9]+\|[!-~]*")
_RESERVED = {ABSENT_MARK: "%2D"}


class SummaryLine(msgspec.Struct, frozen=True):
    """The fields of the line, each known (a text that is not empty), absent or unknown."""

    fields: dict[str, Fact]

    def __str__(self) -> str:
        return format_line(self)


def summarize(fingerprint: Fingerprint, outputs_digest: str | None, record_digest: str) -> SummaryLine:
    """Return the line of a record: its environment in words, its parts by the first digits of their digests."""
    facts = {
        "py": _first(fingerprint, ("python.version",)),
        "tf": _first(fingerprint, [f"packages.{name}.version" for name in TENSORFLOW]),
        "cuda": _first(fingerprint, ("cuda.loaded.cudart.version",)),
        "cudnn": _first(fingerprint, ("cuda.loaded.cudnn.version",)),
        "gpu": _devices(fingerprint),
        "isa": _first(fingerprint, ("cpu.dispatch",)),
        "img": _image(_first(fingerprint, ("image.digest", "image.id"))),
        "trace": _digits(trace_digest(fingerprint), SHORT),
        "out": _digits(outputs_digest, SHORT),
        "fp": _digits(fingerprint.id, SHORT),
        "rec": _digits(record_digest, BINDING),
    }
    return SummaryLine({name: _told(fact) for name, fact in facts.items()})


def trace_digest(fingerprint: Fingerprint) -> str | None:
    """Return the digest of what is compared of the trace, None where there is no trace."""
    if fingerprint.trace is None:
        return None
    return sha256(canonical({name: member for name, member in fingerprint.trace.items() if name != "context"}))


def _first(fingerprint: Fingerprint, paths: Sequence[str]) -> Fact:
    """Return the first of these facts that is known, else one that is unknown or was left out, else absent.

    Absent as well is what lies in a section that the fingerprint does not have: so say the lines in reports that are published.
    """
    facts = [fact for path in paths if (fact := fingerprint.get(path)) is not NOT_LOOKED]
    left_out = [Unknown(reason) for path in paths if (reason := skip_reason(path, fingerprint.skipped))]
    for kind in (Known, Unknown):
        found = [fact for fact in [*facts, *left_out] if isinstance(fact, kind)]
        if found:
            return found[0]
    return ABSENT


def _told(fact: Fact) -> Fact:
    """Return a fact as a line can tell it: a short text, or unknown without its reason."""
    if isinstance(fact, Known):
        return Known("-".join(_text(fact)[:VALUE_LIMIT].split()) or EMPTY_WORD)
    return Unknown(NOT_TOLD) if isinstance(fact, Unknown) else ABSENT


def _text(fact: Known) -> str:
    """Return a value as text; of what is no text its canonical JSON, in which the order of members does not count."""
    return fact.value if isinstance(fact.value, str) else canonical(fact.value).decode("ascii")


def _devices(fingerprint: Fingerprint) -> Fact:
    """Return the GPUs by name, `2xNVIDIA A100` where two are alike."""
    count = _first(fingerprint, ("gpu.count",))
    if not isinstance(count, Known) or not isinstance(count.value, int):
        return count
    names = [fingerprint.get(f"gpu.{index}.name") for index in range(min(count.value, 64))]
    known = [_text(name) for name in names if isinstance(name, Known)]
    if len(known) != len(names):
        return Unknown(NOT_TOLD)
    alike = {name: known.count(name) for name in known}
    return Known(",".join(f"{number}x{name}" if number > 1 else name for name, number in alike.items())) if known else ABSENT


def _image(fact: Fact) -> Fact:
    """Return an image's digest, `sha256:…` or `name@sha256:…`, by its first digits."""
    if not isinstance(fact, Known):
        return fact
    kind, _, digits = _text(fact).rpartition("@")[2].partition(":")
    return Known(f"{kind}:{digits[:SHORT]}")


def _digits(digest: str | None, number: int) -> Fact:
    return ABSENT if digest is None else Known(digest.removeprefix("sha256:")[:number])


def format_line(line: SummaryLine) -> str:
    """Return the line: printable ASCII without white space."""
    return "|".join([SCHEMA, *(f"{name}:{_spell(line.fields.get(name, ABSENT))}" for name in FIELDS)])


def parse_line(line: str, where: str) -> SummaryLine:
    """Read a line. Raises DocumentError for anything that format_line does not write."""
    if not line.startswith(SCHEMA + "|"):
        newer = _SHAPE.fullmatch(line) is not None
        hint = "a newer envprobe wrote it; upgrade this one, from where it came" if newer else ""
        raise DocumentError(f"{where}: a line begins with {SCHEMA}|, not {cut(line, 40)!a}", hint)
    if len(line) > LINE_LIMIT:
        raise DocumentError(f"{where}: a line of {len(line):,} characters, more than {LINE_LIMIT:,}")
    parts = line.split("|")[1:]
    names = tuple(part.partition(":")[0] for part in parts)
    if names != FIELDS:
        raise DocumentError(f"{where}: the fields are {ascii(', '.join(names))[:200]}, not {', '.join(FIELDS)}")
    found = SummaryLine({name: _read(part[len(name) + 1 :]) for name, part in zip(names, parts, strict=True)})
    if format_line(found) != line:
        raise DocumentError(f"{where}: not as envprobe spells a line: {cut(line, 200)!a}")
    return found


def escape(text: str) -> str:
    """Return text in the alphabet of the line: other characters as percent-encoded UTF-8 (RFC 3986), an empty text as `%`."""
    if not text:
        return "%"
    return _RESERVED.get(text) or quote(text, safe=PLAIN).replace("~", "%7E")


def unescape(text: str) -> str:
    """Return what was escaped. Text that escape does not write comes back as something that is escaped differently."""
    return "" if text == "%" else unquote(text, errors="replace")


def _spell(fact: Fact) -> str:
    if isinstance(fact, Absent):
        return ABSENT_MARK
    return UNKNOWN_MARK if isinstance(fact, Unknown) else escape(str(fact.value))


def _read(text: str) -> Fact:
    if text == ABSENT_MARK:
        return ABSENT
    return Unknown(NOT_TOLD) if text == UNKNOWN_MARK else Known(unescape(text))
