"""The commands about causes: explain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .candidate import baselines, files, targets
from .delivery import progress_shown, write_file, write_stdout
from .option import FILE, Reading, probing, reading, together

if TYPE_CHECKING:
    from ..probing.collect import Options

delivering = together(
    "written",
    lambda form, output: (form, output),
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="For a terminal or a program.",
    ),
    click.option("--output", type=FILE, help="Write it to a file instead of stdout."),
)


@click.command("explain")
@click.argument("target", required=False, shell_complete=targets)
@click.option("--baseline", metavar="NAME|FILE", shell_complete=baselines, help="What to compare with, as for check.")
@click.option(
    "--traceback",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    shell_complete=files,
    help="Say what is known to raise the traceback at the end of this file; nothing is probed.",
)
@probing
@delivering
@reading
def explain_command(
    target: str | None,
    baseline: str | None,
    traceback: Path | None,
    options: Options,
    written: tuple[str, Path | None],
    reading: Reading,
) -> int:
    """Say why a target differs from a baseline: causes, ranked.

    Each with the facts that it consists of, its mechanism, the rule and where that is documented, the stages of the
    benchmark that it can and cannot have moved, and the fix. What no rule explains is listed, too.

    \b
    envprobe explain docker://trainer --baseline tf-2.9
    envprobe explain file://colleague.json --baseline tf-2.9
    envprobe explain --traceback train.log        what is known to raise that

    Exit status: 0 explained, 1 partly or not, 2 could not tell.
    """
    from ..causes.cause import EXPLANATION_STATUS
    from ..command.explanation import explain
    from ..render import explanation
    from .terminal import style_of

    with progress_shown("causes", "render.explanation") as progress:
        found = explain(target, baseline, traceback=traceback, options=options, progress=progress)
    form, output = written
    style = style_of(reading, is_file=output is not None)
    told = explanation.json(found) if form == "json" else explanation.text(found, style)
    write_file(output, told.encode("utf-8", "backslashreplace")) if output is not None else write_stdout(told)
    return EXPLANATION_STATUS[found.verdict]


COMMANDS = (explain_command,)
