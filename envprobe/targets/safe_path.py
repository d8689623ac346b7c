"""The folder in which a Python is started answers for nothing: how each kind of target keeps it off its path.

What is added, and why, stands in the guest, which takes it away again: probes/safe_path.py. A user's own setting stays.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from ..guest import shared

VARIABLES: Mapping[str, str] = shared("safe_path").VARIABLES
STATEMENT = ";".join(f"os.environ.setdefault({name!r},{value!r})" for name, value in VARIABLES.items())
"""What a Python does that starts another one; it has imported os."""
SCRIPT = "".join(f'export {name}="${{{name}-{value}}}"; ' for name, value in VARIABLES.items()) + 'exec "$@"'


def beside(given: Container[str]) -> dict[str, str]:
    """Return what is added to variables that a program gets, by the names of those."""
    return {name: value for name, value in VARIABLES.items() if name not in given}


def added(environ: Mapping[str, str]) -> dict[str, str]:
    """Return whole variables with it, for a program that is started here."""
    return {**VARIABLES, **environ}


def in_shell(argv: Sequence[str]) -> list[str]:
    """Return the words that start a program with it where only the other side knows which variables there are."""
    return ["sh", "-c", SCRIPT, "sh", *argv]
