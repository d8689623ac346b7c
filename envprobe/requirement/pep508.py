"""PEP 508 from anybody: `packaging` goes down one level a bracket, and Python has an end of levels."""

from __future__ import annotations

from packaging.requirements import InvalidRequirement, Requirement

BRACKET_LIMIT = 50
LENGTH_LIMIT = 10_000


def parse_requirement(text: str) -> Requirement:
    """Parse a requirement. Raises InvalidRequirement, a ValueError, with the first line of what is wrong."""
    if text.count("(") > BRACKET_LIMIT or len(text) > LENGTH_LIMIT:
        raise InvalidRequirement("longer or deeper nested than any requirement that is read")
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise InvalidRequirement(str(error).splitlines()[0]) from None
