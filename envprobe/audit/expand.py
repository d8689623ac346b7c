"""Variables as Docker and Compose expand them: `$X`, `${X}`, `${X:-default}`, `${X:+other}`, `${X:?message}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"(\\|\$)?\$(?:(\w+)|\{(\w+)(?:(:?[-+?])((?:[^{}]|\$\{[^{}]*\})*))?\})")
DEPTH = 5
ROWS = 100_000


def expand(text: str, values: Mapping[str, str], depth: int = 0) -> str:
    """Return text with the known variables in place; those that nobody here knows stay as they are written."""
    if depth > DEPTH or "$" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        escape, plain, name, operator, word = found.groups()
        if escape:
            return found[0][1:]
        known = values.get(plain or name)
        is_set = known is not None and (known != "" or not (operator or "").startswith(":"))
        if operator and operator.endswith("-") and not is_set:
            return expand(word, values, depth + 1)
        if operator and operator.endswith("+"):
            return expand(word, values, depth + 1) if is_set else ""
        return found[0] if known is None else known

    return VARIABLE.sub(value, text)


def is_open(text: str) -> bool:
    """Tell whether a variable is left in a text that nobody here knows."""
    return re.search(r"\$\{?\w|\$\(|`", text) is not None


def read_dotenv(text: str) -> dict[str, str]:
    """Read `.env` as Compose does: `NAME=value`, quotes taken off, a comment behind a blank left out."""
    found = {}
    for row in text.splitlines()[:ROWS]:
        match = re.match(r"""\s*(?:export\s+)?([\w.]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$""", row)
        if match and not row.lstrip().startswith("#"):
            found[match[1]] = next(part for part in (match[2], match[3], match[4]) if part is not None)
    return found
