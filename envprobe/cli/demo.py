"""`envprobe demo`: the first minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING

import click

from .candidate import targets
from .delivery import progress_shown, write_stdout
from .option import Reading, color, together

if TYPE_CHECKING:
    from ..command.demo import Step
    from ..demo.replica import Replica
    from ..render import Style

colored = together("reading", lambda color: Reading(color), color)


@click.command()
@click.argument("target", required=False, shell_complete=targets)
@colored
def demo(target: str | None, reading: Reading) -> int:
    """See it work: record a copy, break it, find out why.

    Copies a Python environment of this machine into a temporary folder, records and checks it, and plants one drift after
    the other. The reports are real. No Docker, no network; nothing is left behind.

    \b
    envprobe demo                                 a copy of this Python
    envprobe demo local:///opt/venv               a copy of another one

    Exit status: 0 every drift was named, 1 one was not, 2 could not be shown.
    """
    from .terminal import style_of

    began, style = monotonic(), style_of(reading)
    with TemporaryDirectory(prefix="demo-") as name:
        folder = Path(name).resolve()
        is_expected = True
        for number, step in enumerate(_steps(target, folder, style), 1):
            write_stdout(_screen(number, step, style))
            is_expected = is_expected and step.is_expected
    write_stdout(_farewell(target, monotonic() - began, style))
    return 0 if is_expected else 1


def _steps(target: str | None, folder: Path, style: Style) -> Iterator[Step]:
    from ..command import demo as command

    with progress_shown() as progress:
        progress("copying the environment")
        replica = command.copy_of(target or "local://", folder)
    write_stdout(_opening(replica, folder, style))
    found = command.steps(replica, folder)
    while True:
        with progress_shown("assess", "render.text") as progress:
            progress("probing the copy")
            step = next(found, None)
        if step is None:
            return
        yield step


def _opening(replica: Replica, folder: Path, style: Style) -> str:
    left_out = f" ({replica.left_out} large or editable ones left out)" if replica.left_out else ""
    packages = f"{len(replica.packages)} of its packages{left_out}"
    return _wrapped(f"A copy of Python {replica.python} with {packages} is in {folder}, and removed at the end.", style)


def _screen(number: int, step: Step, style: Style) -> str:
    from ..render.show import show
    from ..render.text import render
    from ..report import Report

    told = render(step.outcome, style) if isinstance(step.outcome, Report) else show(step.outcome, style)
    title = _wrapped(f"{number}  {step.story}", style, bold=True)
    return f"\n{title}{_styled(f'$ {step.command}', style, dim=True)}\n\n{told}"


def _farewell(target: str | None, seconds: float, style: Style) -> str:
    from ..command.prompt import call_of, name_for

    name = name_for(target)
    call = call_of(target, name, None)
    rows = [
        (call.record(name), "once; commit what it writes"),
        (call.check(), "before every review"),
        (f"{call.program} --help", "containers, ssh, pytest, reports, …"),
    ]
    width = max(len(command) for command, _ in rows)
    typed = "".join(f"  {command:<{width}}  {_styled(f'# {why}', style, dim=True)}\n" for command, why in rows)
    return f"\n{_styled(f'That took {seconds:.0f} seconds, and nothing is left of it. Now your own:', style, bold=True)}\n{typed}"


def _wrapped(text: str, style: Style, *, bold: bool = False) -> str:
    from textwrap import fill

    return _styled(fill(text, style.width, break_long_words=False, break_on_hyphens=False), style, bold=bold) + "\n"


def _styled(text: str, style: Style, *, bold: bool = False, dim: bool = False) -> str:
    return click.style(text, bold=bold or None, dim=dim or None) if style.color and (bold or dim) else text


COMMANDS = (demo,)
