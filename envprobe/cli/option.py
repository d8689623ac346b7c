"""Options that several commands share. A command gets those that belong together as one frozen value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click
from click.shell_completion import CompletionItem

from ..render import FORMATS
from .candidate import revisions

if TYPE_CHECKING:
    from ..probing.collect import Options

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
Command = TypeVar("Command", bound=Callable[..., object])


class Reading(NamedTuple):
    """How somebody at a terminal wants to read."""

    color: str = "auto"
    quiet: bool = False
    verbose: bool = False


class Delivery(NamedTuple):
    """In which formats a report is wanted, and where."""

    form: str
    """The one that goes to `output`, or to stdout."""
    output: Path | None
    copies: tuple[tuple[str, Path], ...]
    """Formats and files of their own."""
    reading: Reading

    @property
    def is_located(self) -> bool:
        """Whether one of the formats says on which line of the baseline a difference is."""
        return any(FORMATS[form].is_located for form in (self.form, *(form for form, _ in self.copies)))


def together(name: str, make: Callable[..., object], *options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Declare options; a command gets under one name what `make` returns of those that it has a parameter for."""
    taken = tuple(inspect.signature(make).parameters)

    def declare(command: Command) -> Command:
        @functools.wraps(command)
        def called(*arguments: object, **values: object) -> object:
            own = {option: values.pop(option) for option in taken}
            return command(*arguments, **values, **{name: make(**own)})

        for option in reversed(options):  # from the last to the first, so that help lists them as they are written
            called = option(called)
        return called  # type: ignore[return-value]

    return declare


color = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use colour; auto: on a terminal, unless NO_COLOR is set.",
)


policy_from = click.option(
    "--policy-from",
    metavar="REVISION",
    default="",
    shell_complete=revisions,
    help="Take settings, policy, waivers and the baseline from this git revision.",
)


def _options(benchmark: str, no_benchmark: bool, no_integrity: bool, timeout_s: float) -> Options:
    """Return what the probe is asked for."""
    from ..probing.collect import Options

    chosen = "off" if no_benchmark else benchmark
    return Options(integrity=not no_integrity, benchmark=chosen, timeout_s=timeout_s)  # type: ignore[arg-type]


def probing_with(benchmark: str, timeout: str) -> Callable[[Command], Command]:
    """Return what adds the options of a command that probes, as `options`; the words are help that differs between them."""
    return together(
        "options",
        _options,
        click.option(
            "--benchmark",
            type=click.Choice(["quick", "full"]),
            default="quick",
            show_default=True,
            help=benchmark,
        ),
        click.option("--no-benchmark", is_flag=True, help="Leave the benchmark out."),
        click.option("--no-integrity", is_flag=True, help="Do not hash installed files against their RECORD."),
        click.option(
            "--timeout",
            "timeout_s",
            type=click.FloatRange(min=1),
            default=300,
            show_default=True,
            metavar="SECONDS",
            help=timeout,
        ),
    )


leaving_out = together(
    "options",
    lambda no_benchmark, no_integrity: _options("quick", no_benchmark, no_integrity, 300),
    click.option("--no-benchmark", is_flag=True, help="Leave the benchmark out of the comparison."),
    click.option("--no-integrity", is_flag=True, help="Leave the installed files' hashes out of the comparison."),
)
probing = probing_with("How much of the seeded benchmark.", "Give up on the target after this long.")


def _delivery(
    form: str, output: Path | None, copies: tuple[tuple[str, Path], ...], quiet: bool, verbose: bool, color: str
) -> Delivery:
    return Delivery(form, output, copies, Reading(color, quiet, verbose))


def rendering_with(strict: str, forms: Collection[str] = FORMATS) -> Callable[[Command], Command]:
    """Return what adds the options of a command that ends in a report: `strict`, with this help, and the others as `delivery`.

    `forms` are the formats that it has.
    """
    return together(
        "delivery",
        _delivery,
        click.option(
            "--format",
            "form",
            type=click.Choice([*forms]),
            default="text",
            show_default=True,
            help="For a terminal, a program, a pull request or a browser.",
        ),
        click.option(
            "--output",
            type=FILE,
            is_eager=True,  # read before --also, which may not name the same file
            help="Write the report to a file instead of stdout.",
        ),
        click.option(
            "--also",
            "copies",
            multiple=True,
            metavar="FORMAT=FILE",
            callback=functools.partial(_read_copies, forms),
            shell_complete=functools.partial(_copies, forms),
            help="Write the report to a file in this format, too; repeatable.",
        ),
        click.option("--strict", is_flag=True, help=strict),
        click.option("-q", "--quiet", is_flag=True, help="The verdict alone."),
        click.option("-v", "--verbose", is_flag=True, help="Everything, notes included."),
        color,
    )


def reading(command: Command) -> Command:
    """Add colour, and how much is shown, as `reading`."""
    quiet = click.option("-q", "--quiet", is_flag=True, help="The status and its reasons alone.")
    verbose = click.option("-v", "--verbose", is_flag=True, help="Everything, notes included.")
    return together("reading", Reading, quiet, verbose, color)(command)


def _copies(
    forms: Collection[str], context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete a format; a file of any name may follow it."""
    return [CompletionItem(f"{form}=") for form in forms if form.startswith(incomplete)]


def _read_copies(
    forms: Collection[str], context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, Path], ...]:
    """Read `junit=report.xml` as a format and a file."""
    copies = []
    for value in values:
        form, _, name = value.partition("=")
        if form not in forms or not name:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE with a format of {', '.join(forms)}")
        copies.append((form, FILE.convert(name, option, context)))
    files = [str(path.resolve()) for path in (context.params.get("output"), *(path for _, path in copies)) if path is not None]
    if len(set(files)) < len(files):
        raise click.BadParameter("two reports cannot be one file")
    return tuple(copies)


rendering = rendering_with("Let warnings fail.")
"""For a comparison, whose warnings pass."""
