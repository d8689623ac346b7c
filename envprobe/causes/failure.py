"""A traceback, or a log that ends in one, to what was raised and in whose code: untrusted text, bounded. Pure."""

from __future__ import annotations

import re

import msgspec

LIMIT = 1 << 20
"""Characters of a log that are looked at: its end."""
WORDS = 600
FRAME = re.compile(r'^[ |]*File "(?P<file>[^"\n]{1,500})", line \d+(, in \S+)?[ \t]*$', re.MULTILINE)
JUPYTER_FRAME = re.compile(r"^(?:File )?(?P<file>[^\s:]{1,500}\.py):\d+, in ", re.MULTILINE)
RAISED = re.compile(
    r"^(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Failure|ExposedError))(?::[ \t]*(?P<words>.*))?$",
    re.MULTILINE,
)
SITE = re.compile(r"(?:site|dist)-packages[/\\](?P<top>[A-Za-z0-9_]+)")
COLOR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
CHATTER = re.compile(r"(\d{4}-\d\d-\d\d [\d:.]+: )?[IWE] \S+\.(cc|h):\d+\]")
"""What TensorFlow prints in any case, such as that a CPU machine has no CUDA libraries."""
START = "Traceback (most recent call last)"


class TracebackWords(msgspec.Struct, frozen=True):
    """What a traceback says."""

    raised: str
    """The last exception, `ModuleNotFoundError: No module named 'absl'`; else the last line."""
    text: str
    """The last traceback without what TensorFlow prints in any case; all that was looked at where there is none."""
    packages: tuple[str, ...] = ()
    """The top-level modules of installed packages that it went through, the innermost first."""


def read_traceback(text: str) -> TracebackWords:
    """Return what the last traceback of a text says, of a log or of a notebook's cell; a text without one is its last line."""
    plain = COLOR.sub("", text[-LIMIT:]).replace("\r\n", "\n")
    last = plain[max(plain.rfind(START), 0) :]
    raised = [found.group(0).strip() for found in RAISED.finditer(last)]
    lines = [line.strip() for line in last.splitlines() if line.strip()]
    files = [found["file"] for pattern in (FRAME, JUPYTER_FRAME) for found in pattern.finditer(last)]
    tops = [found["top"] for file in reversed(files) if (found := SITE.search(file))]
    told = "\n".join(line for line in last.splitlines() if not CHATTER.match(line)) if START in last else plain
    return TracebackWords((raised or lines or [""])[-1][:WORDS], told, tuple(dict.fromkeys(tops)))
