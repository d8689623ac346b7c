"""Jupyter asks for its token or password.

Why: a Jupyter server runs any code for whoever reaches it. An empty token switches the question off. (`-e JUPYTER_TOKEN=` is
harmless: Jupyter then makes a random one.)

Example: `jupyter notebook --ip=0.0.0.0 --NotebookApp.token=''`

Fix: leave the option out: Jupyter makes a token and prints it. For a fixed one, JUPYTER_TOKEN_FILE names a file of mode 600.

Source: Jupyter Server, "Security in the Jupyter Server".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..finding import FAIL, WARN, found
from ..model import AuditedFile, AuditFinding, FileText
from ..query import JUPYTER_CONFIG, jupyter_commands

RULE = "jupyter.auth"
CLASSES = r"(?:NotebookApp|ServerApp|IdentityProvider|PasswordIdentityProvider|LabApp|JupyterApp|Application)"
OPTION = re.compile(
    rf"--({CLASSES}\.)?(token|password|hashed_password|disable_check_xsrf|allow_origin|allow_unauthenticated_access)(?:=(.*))?$",
    re.S,
)
CONFIG = re.compile(
    rf"c\.{CLASSES}\.(token|password|hashed_password|disable_check_xsrf|allow_origin|allow_unauthenticated_access)\s*=\s*(.+)"
)
WHY = "whoever reaches the port runs code in the container without a token"
EMPTY = ("", "''", '""', "None", "u''")


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield servers that let everybody in."""
    for command in jupyter_commands(file):
        given: dict[str, tuple[str, int, str]] = {}
        for index, word in enumerate(command.arguments):
            option = OPTION.match(word.text)
            if option is not None:
                behind = command.argv[index + 1] if index + 1 < len(command.argv) else ""
                value = option[3] if option[3] is not None else behind if not behind.startswith("-") else ""
                given[option[2]] = (value, word.line, word.text)
        yield from _judged(given)
    for text in file.texts:
        if JUPYTER_CONFIG.search(text.path):
            yield from _judged(_of_config(text))


def _of_config(text: FileText) -> dict[str, tuple[str, int, str]]:
    """Return what a configuration sets, in Python or JSON; comments are none of it."""
    given = {}
    for offset, row in enumerate(text.text.splitlines()):
        option = CONFIG.match(row.strip())
        if option is None:
            option = re.match(r'"(token|password|hashed_password|disable_check_xsrf|allow_origin)"\s*:\s*(.+?),?$', row.strip())
        if option is not None:
            given[option[1]] = (_literal(option[2]), text.line + offset, row.strip())
    return given


def _literal(text: str) -> str:
    try:
        value = ast.literal_eval(text.split(" #")[0].strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return "" if value is None else str(value)


def _judged(given: dict[str, tuple[str, int, str]]) -> Iterator[AuditFinding]:
    password = next((given[name] for name in ("password", "hashed_password") if name in given), None)
    has_password = password is not None and password[0] not in EMPTY
    if "token" in given and given["token"][0] in EMPTY and not has_password:
        value, line, text = given["token"]
        option = text if text.startswith("--") else None
        edit = _without(text, value) if option else (text, None)
        yield found(RULE, FAIL, line, text, WHY, "leave it out: Jupyter makes a token and prints it", edit)
    for name, bad in (("disable_check_xsrf", "true"), ("allow_origin", "*"), ("allow_unauthenticated_access", "true")):
        if name in given and given[name][0].strip("'\"").lower() == bad:
            severity = FAIL if name == "allow_unauthenticated_access" else WARN
            why = "a web page that somebody visits can reach the server" if severity == WARN else WHY
            yield found(
                f"{RULE}.origin" if severity == WARN else RULE, severity, given[name][1], given[name][2], why, f"leave {name} out"
            )


def _without(text: str, value: str) -> tuple[str, str | None]:
    """Return what of the line goes: the option as it is probably spelled, which is looked for in the line."""
    name = text.partition("=")[0]
    return (f" {name}={value}" if value else f" {name}=''", "")
