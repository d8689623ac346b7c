"""TOML that anybody wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import DocumentError
from envprobe.toml import parse_toml, read_toml

MANY = 5_000
"""Parts of a key that keep the standard library's parser busy for a second, and for a minute with ten times as many."""


@pytest.mark.parametrize(
    "text",
    [
        ".".join(["a"] * MANY) + " = 1",
        "[" + " . ".join(["a"] * MANY) + "]",
        ".".join(["'a b'"] * MANY) + " = 1",
        "x = {" + ".".join(['"a."'] * MANY) + " = 1}",
        'x = {s = """\n""", ' + ".".join(["a"] * MANY) + " = 'y'}",
        'x = {s = \'"""\', ' + ".".join(["a"] * MANY) + " = 'y'}",
    ],
)
def test_a_key_that_would_keep_a_parser_busy_is_refused(text: str) -> None:
    """However a dotted key of thousands of parts is spelled, it is refused before it costs their square."""
    with pytest.raises(DocumentError, match="lock: not TOML: a key of more than 64 parts at line"):
        read_toml(text.encode(), "lock")


@pytest.mark.parametrize(
    "text",
    ['x = "' + "a.b " * MANY + '"', "x = 1 # " + "a." * MANY, "x = '''" + "a." * MANY + "'''", "x = [" + "1.5, " * MANY + "]"],
)
def test_a_long_text_with_dots_is_no_key(text: str) -> None:
    """Strings, comments and arrays may hold as many dots as they like."""
    assert "x" in parse_toml(text.encode())


@pytest.mark.parametrize("text", ["a = " + "[" * MANY, "a = " + "{a=" * MANY, "a = " + "9" * MANY, "a = \x00", 'a = "\\'])
def test_other_traps_are_a_sentence(text: str) -> None:
    """Nesting and numbers that Python cannot hold are faults of the file."""
    with pytest.raises(DocumentError, match="lock: not TOML: "):
        read_toml(text.encode(), "lock")


@given(
    st.lists(st.sampled_from(["a", ".", " ", '"', "'", "\\", "\n", "=", "1", "[", "]", "{", "}", "#", '"""', "'''"]), max_size=99)
)
def test_any_text_is_toml_or_a_sentence(pieces: list[str]) -> None:
    """No text makes a traceback."""
    try:
        read_toml("".join(pieces).encode(), "lock")
    except DocumentError as error:
        assert error.message.startswith("lock: not TOML: ")
