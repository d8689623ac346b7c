"""Take secrets out of what is recorded: a console, a patch, a command line."""

from __future__ import annotations

import re
from collections.abc import Mapping

SECRET_NAME = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?|AUTH|COOKIE|PAT|DSN)S?(?:_|$)"
    r"|(?:API|ACCESS|PRIVATE)KEY",
    re.I,
)
SHORTEST = 6
"""A shorter value of a variable would be found in ordinary words."""
SCRUBBED = "{scrubbed}"
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
    (
        re.compile(
            r"\b(?:hf_|gh[opsur]_|github_pat_|glpat-|nvapi-|sk-|pypi-|xox[abpr]-|AKIA|ASIA|AIza|eyJ)[A-Za-z0-9_.-]{8,}"
        ),
        SCRUBBED,
    ),
)
"""Forms of secrets that are known by themselves; applied in order."""


def mask(text: str, variables: Mapping[str, str]) -> str:
    """Return text without the values of variables that are named like secrets, and without what looks like one by itself.

    Each line of a value counts by itself: a patch begins every line with a sign.
    """
    secrets = {part for name, value in variables.items() if SECRET_NAME.search(name) for part in (value, *value.splitlines())}
    for secret in sorted((secret for secret in secrets if len(secret) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, SCRUBBED)
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
