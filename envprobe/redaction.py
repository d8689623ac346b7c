"""Take secrets out of what is recorded: a console, a patch, a command line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .probing.bundle import shared

_GUEST = shared("scrub.py")
SECRET_NAME: re.Pattern[str] = _GUEST["SECRET_NAME"]
SHORTEST: int = _GUEST["SHORTEST_SECRET"]
SCRUBBED: str = _GUEST["SCRUBBED"]
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S), SCRUBBED),
    (re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20}://)[^/\s@\"']{1,500}@"), r"\1{credentials}@"),
    (re.compile(r"((?:authorization|proxy-authorization|cookie)\s*[:=]\s*).+", re.I), r"\1" + SCRUBBED),
    (
        re.compile(
            r"((?:api[_-]?key|access[_-]?key|private[_-]?key|token|secret|passw(?:or)?d|passphrase|credentials?)"
            r"[\"']?(?:\s*[=:]\s*|\s+(?=\S*\d))[\"']?)[^\s,;&\"']+",
            re.I,
        ),
        r"\1" + SCRUBBED,
    ),
    (_GUEST["KNOWN_TOKEN"], SCRUBBED),
)
"""Forms of secrets that are known by themselves; applied in order."""


def mask(text: str, variables: Mapping[str, str]) -> str:
    """Return text without the values of variables that are named like secrets, and without what looks like one by itself."""
    text = _GUEST["without_secrets"](text, variables)
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text


def mask_arguments(arguments: list[str], variables: Mapping[str, str]) -> list[str]:
    """Return a command line without secrets: `--token VALUE` are two arguments."""
    found: list[str] = []
    for index, argument in enumerate(arguments):
        option = arguments[index - 1] if index else ""
        is_value = option.startswith("-") and "=" not in option and SECRET_NAME.search(option.strip("-").replace("-", "_"))
        found.append(SCRUBBED if is_value and not argument.startswith("-") else mask(argument, variables))
    return found
