"""What a command gives its reader: a report where it was asked for, bytes on stdout or in a file, progress on a terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

from ..error import EnvprobeError, StoreError
from ..render import FORMATS, Style
from .waiting import waiting

if TYPE_CHECKING:
    from ..progress import Progress
    from ..report import Report
    from .option import Delivery

STDOUT, STDERR = 1, 2


def deliver(report: Report, delivery: Delivery) -> int:
    """Render a report to where it was asked for; the verdict, in this one place, becomes the exit status.

    Files come first: a reader who has gone, as in `| head -1`, costs none of them, and trouble with one costs nobody the report.
    """
    from ..report import EXIT_STATUS

    hand_out(lambda form, style: FORMATS[form](report, style), delivery)
    return EXIT_STATUS[report.verdict]


def hand_out(written: Callable[[str, Style], str], delivery: Delivery) -> None:
    """Write something in each format that it is wanted in; `written` returns it in one."""
    from .terminal import style_of

    in_file = style_of(delivery.reading, is_file=True)
    try:
        for form, path in delivery.copies:
            write_file(path, _encoded(written(form, in_file)))
        if delivery.form == "github":
            from . import step_summary

            step_summary.append(written("markdown", Style()))
    finally:
        style = in_file if delivery.output is not None else style_of(delivery.reading)
        _hand_over(written(delivery.form, style), delivery)


@contextmanager
def trouble_told(delivery: Delivery) -> Iterator[None]:
    """Tell of trouble in the formats that a CI system lists, too: a missing report would be taken for a missing check."""
    try:
        yield
    except EnvprobeError as error:
        try:
            _tell(error.message, error.hint, delivery)
        except StoreError as another:
            raise StoreError(f"{error.message}\n{another.message}", error.hint) from error
        raise


def _tell(message: str, hint: str, delivery: Delivery) -> None:
    if FORMATS[delivery.form].tells_trouble:
        _hand_over(FORMATS[delivery.form].trouble(message, hint), delivery)
    for form, path in delivery.copies:
        if FORMATS[form].tells_trouble:
            write_file(path, _encoded(FORMATS[form].trouble(message, hint)))
    if delivery.form == "github":
        from . import step_summary

        step_summary.append(FORMATS["markdown"].trouble(message, hint))


def _hand_over(text: str, delivery: Delivery) -> None:
    if delivery.output is not None:
        write_file(delivery.output, _encoded(text))
    else:  # what a program reads is UTF-8 wherever it is written; a terminal has its own encoding
        write_stdout(text if delivery.form == "text" else _encoded(text))


def _encoded(text: str) -> bytes:
    """Return text as UTF-8; of a file's name that is not, the bytes as escapes, which JSON reads back."""
    return text.encode("utf-8", "backslashreplace")


def write_file(path: Path, data: bytes) -> None:
    from .. import store

    store.save(path, data, replace=True)


def write_stdout(text: str | bytes) -> None:
    """Write to stdout. Raises StoreError where that is a file on a full disk."""
    try:
        click.echo(text, nl=False, color=True)  # whether there are escapes was decided already: `--color always | less -R`
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go_of(STDOUT)
        raise StoreError(f"stdout: cannot be written: {error.strerror}") from error


def let_go_of(descriptor: int) -> None:
    """Point stdout or stderr at nothing, so that the interpreter's last flush cannot fail where nobody reads any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


@contextmanager
def progress_shown(*needed: str) -> Iterator[Progress]:
    """Say on stderr what is being waited for, where that is a terminal.

    While the target works there is nothing to do here, so the modules that are `needed` afterwards are loaded then.
    """
    loading = Thread(target=_load, args=needed)

    def load(words: str) -> None:
        if loading.ident is None:
            loading.start()

    with waiting() as show:

        def say(words: str) -> None:
            if show:
                show(words)
            load(words)

        if show:
            show("probing")
        yield say


def _load(*modules: str) -> None:
    for module in modules:
        with suppress(ImportError):  # said where it is used
            import_module(f"envprobe.{module}")
