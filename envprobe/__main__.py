"""The process behind `envprobe` and `python -m envprobe`."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress


def run() -> int:
    """Run one command and return its exit status, in a process that ends with it.

    Starting makes modules and classes, which stay; the garbage collector's rounds over them took a tenth of a short command's
    time, and taking them apart at the end another tenth (docs/performance.md).
    """
    gc.set_threshold(100_000)
    try:
        _open_streams()
        from .cli import main

        status = main()
    except ImportError as error:  # of what saying anything needs: Python would end with 1, which means `differs`
        print(f"envprobe: {error}: an installation that is not whole\n          install it again", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # while modules are loaded; `main` knows more of what was interrupted
        with suppress(OSError):
            print("envprobe: interrupted", file=sys.stderr)
        return 130
    gc.freeze()
    return status


def _open_streams() -> None:
    """Put something where a standard stream was closed (`>&-`): the next file that is opened would take its place.

    What is written to a closed stdout has to fail, so that nobody takes the status for that of a report that was read.
    """
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, flags), True)  # the lowest number that is free: this one
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - open for as long as the process
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115 - the same
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115 - the same


if __name__ == "__main__":
    sys.exit(run())
