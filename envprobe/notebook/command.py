"""What can be typed behind `%envprobe`: the words of the command line, for the kernel that runs the cell."""

from __future__ import annotations

import click
from IPython.display import display

from ..cli.candidate import baselines, documents, runs, targets
from ..cli.option import probing
from ..command import environment
from ..command.source import load
from ..error import EnvprobeError
from ..probing.collect import Options
from ..render.summary import headline
from ..report import Report, Verdict
from . import kernel
from .display import Shown, of_document, of_line, of_report

verbose = click.option("-v", "--verbose", is_flag=True, help="Everything, notes included.")
strict = click.option("--strict", is_flag=True, help="Let warnings fail.")
stop = click.option("--stop", is_flag=True, help="End the cell, and so a run of all cells, unless it reproduces.")


class NotReproduced(EnvprobeError):
    """A cell asked to be stopped where the environment does not reproduce, and it does not."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def envprobe() -> None:
    """Is the environment of this notebook the baseline's?

    TARGET is where to look. Without one it is this kernel's Python, started anew with the variables that the kernel has now;
    modules that the kernel has loaded in another version than is installed make that version unknown.
    """


@envprobe.command()
@click.argument("target", required=False, shell_complete=targets)
@click.option(
    "--baseline",
    metavar="NAME|FILE",
    shell_complete=baselines,
    help="What to compare with; the configuration's, or the only one there is.",
)
@click.option("--run", metavar="RUN", shell_complete=runs, help="Compare this recorded experiment instead; nothing is probed.")
@click.option("--claim", "claims", multiple=True, metavar="CLAIM", help="With --run: what is claimed of it; repeatable.")
@strict
@stop
@verbose
@probing
def check(
    target: str | None,
    baseline: str | None,
    run: str | None,
    claims: tuple[str, ...],
    strict: bool,
    stop: bool,
    verbose: bool,
    options: Options,
) -> None:
    """Compare this kernel's Python, or a recorded experiment, with a baseline. Never records.

    \b
    %envprobe check
    %envprobe check --baseline tensorflow-2.9.0 --stop
    %envprobe check docker://trainer
    %envprobe check --run new.json --baseline old.json --claim 'accuracy >= +0.05'
    """
    if run is not None or claims:
        report = environment.check(target, baseline, run=run, claims=claims or None, strict=strict)
    else:
        report = kernel.check(target, baseline, options, strict=strict)
    _show(report, stop=stop, verbose=verbose)


@envprobe.command()
@click.argument("expected", shell_complete=documents)
@click.argument("observed", shell_complete=documents)
@strict
@stop
@verbose
def diff(expected: str, observed: str, strict: bool, stop: bool, verbose: bool) -> None:
    """Compare any two baselines, fingerprints, runs or reports with a record."""
    _show(environment.diff(expected, observed, strict=strict), stop=stop, verbose=verbose)


@envprobe.command()
@click.argument("target", required=False, shell_complete=targets)
@probing
def line(target: str | None, options: Options) -> None:
    """Show the summary line that stands for the environment, and put the record behind it into the saved notebook.

    Later, and anywhere: envprobe verify NOTEBOOK.ipynb --baseline NAME
    """
    _display(of_line(kernel.probe(target, options)))


envprobe.add_command(click.Command("signature", callback=line.callback, params=line.params, help=line.help, hidden=True))
"""What `line` was called at first."""


@envprobe.command()
@click.argument("file", required=False, shell_complete=documents)
@verbose
@probing
def show(file: str | None, verbose: bool, options: Options) -> None:
    """Show one baseline, fingerprint, run or report with a record; without FILE this kernel's Python."""
    document = load(file) if file else kernel.probe(None, options)
    _display(of_document(document, verbose))


def _show(report: Report, *, stop: bool, verbose: bool) -> None:
    _display(of_report(report, verbose))
    if stop and report.verdict is not Verdict.REPRODUCES:
        raise NotReproduced(f"{report.verdict.value}: {headline(report)}", "stopped here, as --stop asks")


def _display(shown: Shown) -> None:
    display(shown.data, metadata=shown.metadata, raw=True)
