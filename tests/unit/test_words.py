"""One idea, one word: no word that the house style has given up stands where a user reads it."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
GIVEN_UP = {
    r"\bmend(s|ed|ing|er)?\b|\brepair(s|ed|ing)?\b": "fix",
    r"\btraining runs?\b": "benchmark",
    r"\b(could|can) ?not be told\b(?! apart)|\bdoubts?\b|\bgaps?\b": "unknown",
    r"\btold\b(?! apart)|\buntold\b": "recorded, reported, known",
    r"\b(is|are|was|were|be|been) said\b": "recorded, reported, shown",
    r"\bdifferences? that (may )?changes? results\b|\b\d+ that may\b": "failure, warning",
    r"`moves`|\(moves \d": "also changes",
    r"\bgrows to nothing\b": "after step 7: losses equal",
    r"\bsettings: absent\b": "without --cpuset-cpus",
    r"\b(harvest|mishap|observer)s?\b|\bbearers?\b(?! token)": "outputs, instruments, carrier",
    r"\brecognise[sd]?\b": "signing, verify",
    r"\b(secrets|patch) (are )?masked\b|(?-i:\bscrub(s|bed|bing)\b)": "redact",
    r"\bstale waivers?\b": "expired or unused waiver",
    r"\bis no environment\b": "X is a declared baseline; it can only stand first",
}
"""Patterns of words, in any case, with what is written instead: HOUSE_STYLE, section 4."""

PUBLISHED = "{scrubbed}"
"""What keeps its spelling because documents have it."""


def _files() -> list[Path]:
    found = [HOUSE / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "action.yml", "docs/man/envprobe.1")]
    table_of_secrets = HOUSE / "probes" / "secretforms.py"  # other programs' words
    for folder, ending in (("envprobe", "py"), ("probes", "py"), ("envprobe", "jinja"), ("envprobe", "json"), ("docs", "md")):
        found += sorted((HOUSE / folder).rglob(f"*.{ending}"))
    return [path for path in found if path != table_of_secrets]


@functools.cache
def _shown() -> list[tuple[str, str]]:
    """Return (place, text) of what a user may read: of a program its docstrings and literals, else every line."""
    found = []
    for path in _files():
        text = path.read_text("utf-8")
        for number, line in _literals(text) if path.suffix == ".py" else enumerate(text.splitlines(), 1):
            found.append((f"{path.relative_to(HOUSE)}:{number}", line.replace(PUBLISHED, "")))
    return found


def _literals(program: str) -> list[tuple[int, str]]:
    return [
        (node.lineno + index, line)
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for index, line in enumerate(node.value.splitlines())
    ]


@pytest.mark.parametrize(("pattern", "instead"), GIVEN_UP.items(), ids=GIVEN_UP.values())
def test_words_that_were_given_up_are_gone(pattern: str, instead: str) -> None:
    """Text, help, errors, docstrings, templates, schemas, docs and the man page use the words of the house style."""
    given_up = re.compile(pattern, re.IGNORECASE)
    found = [f"{place}: {line.strip()[:160]}" for place, line in _shown() if given_up.search(line)]
    assert not found, f"write {instead}:\n" + "\n".join(found)


def test_pictures_show_today_s_words() -> None:
    """A picture of a terminal is a text, too."""
    given_up = re.compile("|".join(GIVEN_UP), re.IGNORECASE)
    pictures = {path.name: path.read_text("utf-8").replace("&#160;", " ") for path in (HOUSE / "docs" / "pictures").glob("*.svg")}
    assert pictures
    assert not {name: found[0] for name, text in pictures.items() if (found := given_up.search(text))}
