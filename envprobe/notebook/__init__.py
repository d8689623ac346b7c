"""envprobe in notebooks: `%load_ext envprobe`, then `%envprobe check`. Works in whatever runs IPython's kernel."""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Add the magic and its completion to IPython. Called by `%load_ext envprobe`."""
    from . import magic

    shell.register_magic_function(magic.run, magic_kind="line", magic_name=magic.NAME)
    shell.set_hook("complete_command", magic.complete, str_key=f"%{magic.NAME}")
