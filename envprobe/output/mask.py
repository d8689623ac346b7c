"""What a run changes in a text by itself: times, durations, addresses, paths. Taken out before lines are compared, by a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

PATTERN_LIMIT = 500
CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?"
ZONE = r"(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?(?![\w])"
UNIT = "ns|us|µs|ms|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?"
PRESETS = {
    "time": "|".join(
        (
            rf"(?<![\w.])\d{{4}}[-/.]\d{{2}}[-/.]\d{{2}}(?:[T ,_-]{{1,2}}{CLOCK}{ZONE})?(?![\w-])",  # ISO 8601, logging
            rf"(?<!\w){DAY}{MONTH} +\d{{1,2}},? +(?:\d{{4}},? +)?{CLOCK}(?: +\d{{4}})?{ZONE}",  # ctime, syslog
            rf"(?<!\w){DAY}\d{{1,2}}[ /-]{MONTH}[ /-]\d{{2,4}}[ :]{CLOCK}{ZONE}",  # RFC 5322, httpd
            rf"(?<![\w.])\d{{1,2}}/\d{{1,2}}/\d{{2,4}},? {CLOCK}(?: ?[AP]M)?",
            rf"(?<=[IWEF])\d{{4}} {CLOCK}(?: +\d+)?(?= )",  # glog and absl: I0421 12:00:00.123456 PID
            rf"(?<![\w.:]){CLOCK}{ZONE}(?![\w:])",
            r"(?<![\w.])1\d{9}(?:\.\d{1,9}|\d{3}|\d{6})?(?![\w.])",  # seconds, milli- and microseconds since 1970
        )
    ),
    "duration": rf"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)? ?(?:{UNIT})(?:/\w+)?(?!\w)",
    "address": r"\b0x[0-9a-fA-F]{6,16}\b",
    "path": r"(?<![\w./~])(?:~|\.{1,2})?(?:/[\w.@+=,~-]+){2,}/?",
    "uuid": r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
    "number": r"(?<![\w.])[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])",
}


def faults(masks: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with the masks of a rule."""
    for text in masks:
        if text not in PRESETS:
            try:
                re.compile(text)
            except re.error as error:
                yield f"{text[:80]!r} is neither {', '.join(PRESETS)} nor a regular expression: {error}"
            if len(text) > PATTERN_LIMIT:
                yield f"a regular expression has more than {PATTERN_LIMIT} characters"


@cache
def masking(masks: tuple[str, ...]) -> Callable[[str], str]:
    """Return what takes out of a text whatever the masks match, leaving the mask's name in its place."""
    patterns = [(re.compile(PRESETS.get(text, text)), f"<{text if text in PRESETS else 'masked'}>") for text in masks]

    def masked(text: str) -> str:
        for pattern, name in patterns:
            text = pattern.sub(name.replace("\\", ""), text)
        return text

    return masked
