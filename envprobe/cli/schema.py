"""The command that prints the published schemas."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from .delivery import write_stdout


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    from .. import schemas

    return [CompletionItem(name) for name in schemas.names() if name.startswith(incomplete)]


@click.command("schema")
@click.argument("document", required=False, shell_complete=_names)
def schema_command(document: str | None) -> int:
    """Print the JSON Schema of a document, or list them.

    A document says in its `schema` member what it is: envprobe.baseline/1. Without a number the newest is printed.

    \b
    envprobe schema                               what there is
    envprobe schema report                        what check --format json prints
    envprobe schema baseline/1 > baseline.schema.json

    Exit status: 0 printed, 2 no such document.
    """
    from .. import schemas

    write_stdout(schemas.text(document) if document else "".join(f"{name}\n" for name in schemas.names()))
    return 0


COMMANDS = (schema_command,)
