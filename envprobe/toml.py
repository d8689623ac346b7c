"""TOML from anybody: bounded in size and in work, in one place for settings, lock files, projects and outputs.

`tomli` and not the standard library's `tomllib`: it is the same parser, compiled, and reads a lock file three times as fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .error import DocumentError

LIMIT_BYTES = 1 << 20
"""Of settings. A lock file may be larger."""
KEY_PARTS = 64
STRING_OR_COMMENT = re.compile(
    r"""\"""(?:[^\\]|\\.)*?(?:\"""|\Z)|'{3}.*?(?:'{3}|\Z)|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|#[^\n]*""", re.DOTALL
)
LONG_KEY = re.compile(rf"(?<![\w-])[\w-]+(?:[ \t]*\.[ \t]*[\w-]+){{{KEY_PARTS}}}", re.ASCII)


def parse_toml(data: bytes, parse_float: Callable[[str], object] = float) -> dict[str, object]:
    """Parse TOML of any size. Raises ValueError with the line, as UnicodeDecodeError where it is not UTF-8."""
    import tomli  # few commands read TOML

    text = data.decode("utf-8-sig")
    _refuse_long_keys(text)
    try:
        value: dict[str, object] = tomli.loads(text, parse_float=parse_float)
        return value
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_long_keys(text: str) -> None:
    """Raise ValueError for a key that costs a parser the square of its parts: 120 kB of one dotted key take tomllib a minute."""
    if all(line.count(".") < KEY_PARTS for line in text.split("\n")):
        return
    keys = STRING_OR_COMMENT.sub(_emptied, text)
    if long := LONG_KEY.search(keys):
        line = text.count("\n", 0, long.start()) + 1
        raise ValueError(f"a key of more than {KEY_PARTS} parts at line {line}")


def _emptied(string: re.Match[str]) -> str:
    """Return a text of the same length and lines that has no dot: a part of a key where it is quoted."""
    return "".join("\n" if letter == "\n" else "_" for letter in string[0]) if "\n" in string[0] else "_" * len(string[0])


def read_toml(data: bytes, where: str, limit_bytes: int = LIMIT_BYTES) -> dict[str, Any]:
    """Parse TOML, bounded. Raises DocumentError with the line of the fault."""
    if len(data) > limit_bytes:
        raise DocumentError(f"{where}: more than {limit_bytes:,} bytes, which is as much as is read")
    try:
        return parse_toml(data)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{where}: not UTF-8 at byte {error.start}") from None
    except ValueError as error:  # an integer of thousands of digits as well
        raise DocumentError(f"{where}: not TOML: {error}") from None
