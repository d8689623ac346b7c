"""The process behind `envprobe` and `python -m envprobe`."""

from __future__ import annotations

import gc
import sys


def run() -> int:
    """Run one command and return its exit status, in a process that ends with it.

    Starting makes modules and classes, which stay; the garbage collector's rounds over them took a tenth of a short command's
    time, and taking them apart at the end another tenth (docs/performance.md).
    """
    gc.set_threshold(100_000)
    try:
        from .cli import main

        status = main()
    except ImportError as error:  # of what saying anything needs: Python would end with 1, which means `differs`
        print(f"envprobe: {error}: an installation that is not whole\n          install it again", file=sys.stderr)
        return 2
    gc.freeze()
    return status


if __name__ == "__main__":
    sys.exit(run())
