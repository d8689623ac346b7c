"""envprobe in notebooks: `%load_ext envprobe`, then `%envprobe check`. Works in whatever runs IPython's kernel.

A report in a cell is shown as a table as soon as envprobe is used there, by a formatter that this room registers.
"""

from __future__ import annotations

import sys
from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Add the magic and its completion to IPython, and show reports. Called by `%load_ext envprobe`."""
    from . import magic

    show_reports(shell)
    shell.register_magic_function(magic.run, magic_kind="line", magic_name=magic.NAME)
    shell.set_hook("complete_command", magic.complete, str_key=f"%{magic.NAME}")


def show_reports_here() -> None:
    """Let this notebook show reports, where this program is one."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is not None:
        show_reports(shell)


def show_reports(shell: Any) -> None:
    """Let an IPython shell show a Report as `%envprobe check` does."""
    shell.display_formatter.mimebundle_formatter.for_type_by_name("envprobe.report", "Report", _bundle)


def _bundle(report: Any, **_: Any) -> object:
    from .display import of_report

    return of_report(report)
