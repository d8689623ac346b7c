"""The command line as a tree of plain values, for the man page and the page of the reference."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import NamedTuple

import click

VERBATIM = "\b\n"
"""What click leaves as it is written."""


class Paragraph(NamedTuple):
    """A paragraph of help; `lines` is one where it may be filled, else as they are written."""

    lines: list[str]
    is_verbatim: bool


class Option(NamedTuple):
    """An option, and what it does."""

    names: str
    """`-q, --quiet`."""
    takes: str
    """`text|json`, `FILE`; empty of a switch."""
    words: str


class Node(NamedTuple):
    """One command."""

    name: str
    usage: str
    summary: str
    paragraphs: list[Paragraph]
    """What follows the summary."""
    options: list[Option]


def walk(group: click.Group, name: str) -> Iterator[Node]:
    """Yield a group and its commands, groups among them walked likewise, in the order in which help lists them."""
    context = click.Context(group, info_name=name)
    yield _node(group, context)
    for child in group.list_commands(context):
        command = group.get_command(context, child)
        assert command is not None
        if isinstance(command, click.Group):
            yield from walk(command, f"{name} {child}")
        elif not command.hidden:
            yield _node(command, click.Context(command, info_name=f"{name} {child}"))


def _node(command: click.Command, context: click.Context) -> Node:
    first, *rest = _paragraphs(inspect.cleandoc(command.help or ""))
    pieces = " ".join(command.collect_usage_pieces(context))
    options = [_option(parameter) for parameter in command.params if isinstance(parameter, click.Option)]
    return Node(str(context.info_name), f"{context.info_name} {pieces}", first.lines[0], rest, options)


def _paragraphs(text: str) -> Iterator[Paragraph]:
    for block in text.split("\n\n"):
        lines = block.removeprefix(VERBATIM).splitlines()
        is_verbatim = block.startswith(VERBATIM)
        yield Paragraph(lines if is_verbatim else [" ".join(lines)], is_verbatim)


def _option(option: click.Option) -> Option:
    """Spell an option ourselves: click's own records change from version to version."""
    takes = "" if option.is_flag else option.metavar or _kind(option)
    default = f" Default: {option.default}." if option.show_default and option.default is not None else ""
    return Option(", ".join([*option.opts, *option.secondary_opts]), takes, f"{option.help or ''}{default}")


def _kind(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return "|".join(option.type.choices)
    return (option.type.name if isinstance(option.type, click.Path) else str(option.name).rstrip("_")).upper()
