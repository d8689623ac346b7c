"""argv to a command, a verdict to an exit status. The only room that prints, and the only one that catches everything."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence

import click

from ..error import EnvprobeError
from ..targets.scheme import SCHEMES
from ..version import __version__
from .delivery import STDERR, STDOUT, let_go_of
from .group import Commands

TROUBLE = 2
INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)
"""A disk that takes no more is no bug of ours, nor is a stdout that was closed (`>&-`)."""
REFUSED = (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM)
"""Nor is a path that the system does not even look up."""
COMPLETION = "_ENVPROBE_COMPLETE"
"""Set by a shell that asks what the word at the cursor may become."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 reproduces, 1 differs, 2 could not tell, 130 interrupted."""
    _spell_everything()
    if COMPLETION in os.environ:
        from .completion import complete

        return complete(envprobe, COMPLETION)
    try:
        return _run(arguments)
    except OSError:  # what is wrong could not be said, because stderr cannot be written: the status is left to tell it
        let_go_of(STDERR)
        return TROUBLE


def _run(arguments: Sequence[str] | None) -> int:
    try:
        return int(envprobe.main(arguments, prog_name="envprobe", standalone_mode=False) or 0)
    except EnvprobeError as error:
        _say(error.message, error.hint)
    except click.ClickException as error:
        from ..redaction import redact

        words = io.StringIO()
        error.show(words)
        click.echo(redact(words.getvalue()), err=True, nl=False)
    except (click.Abort, KeyboardInterrupt) as stop:
        _say(*_words_of(stop.__cause__ or stop))
        return INTERRUPTED
    except SystemExit as end:
        # click exits with 1 where the reader of a pipe has gone, and 1 means `differs`; a signal's 128 + n is right as it is
        let_go_of(STDOUT)
        if len(end.args) == 2:
            _say(*_words_of(end))
        return end.code if isinstance(end.code, int) and end.code > 128 else TROUBLE
    except Exception as error:  # noqa: BLE001 - our own bug: must never look like "differs"
        if isinstance(error, OSError) and error.errno in FULL:  # help, or a last word: reports are written with more care
            let_go_of(STDOUT)
            _say(f"stdout: cannot be written: {error.strerror}")
        elif isinstance(error, OSError) and error.errno in REFUSED and error.filename is not None:
            _say(f"{os.fsdecode(error.filename)}: cannot be opened: {error.strerror}")
        else:
            _report_bug(error)
    return TROUBLE


HELP = """Does this environment reproduce that result? Record it, check it, and see what differs and how to fix it.

TARGET is where to look: {}. Without one it is local://, this Python. `envprobe check -h` says what each is.

Exit status: 0 reproduces, 1 differs, 2 could not tell.
""".format(", ".join(f"{name}://" for name in SCHEMES))


@click.group(cls=Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="envprobe", message="%(prog)s %(version)s")
def envprobe() -> None:
    """Hold the commands together; click shows HELP."""


def _spell_everything() -> None:
    """Let a terminal or pipe of a poorer encoding than UTF-8 show an escape where it cannot show a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _words_of(interruption: BaseException) -> tuple[str, str]:
    """Return what is printed on a signal: what could not be undone, and what to do about it, stand in its arguments."""
    problem, hint = interruption.args if len(interruption.args) == 2 else ("", "")
    return (f"interrupted: {problem}" if problem else "interrupted"), hint


def _say(message: str, hint: str = "") -> None:
    from ..spelling import safe

    for line in message.splitlines():
        click.echo(f"envprobe: {safe(line)}", err=True)
    for line in hint.splitlines():
        click.echo(f"          {safe(line)}", err=True)


def _report_bug(error: Exception) -> None:
    import traceback

    from ..redaction import redact

    click.echo(redact("".join(traceback.format_exception(error)), os.environ), err=True, nl=False)
    _say(
        f"this is a bug in envprobe {__version__}, and says nothing about your environment",
        "please report it with the lines above",
    )
