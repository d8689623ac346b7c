"""How this thread rounds and what it does with subnormal numbers, as its arithmetic shows it: x86's MXCSR, ARM's FPCR.

Shared by the inventory, which asks Python, and by the benchmark, which asks numpy and the framework too.
"""

import struct
import sys

HALF_ULP = 2.0**-53  # of 1.0
USUAL = "rounds to nearest, keeps subnormal numbers"


def of_python():
    """Return how Python computes in this thread, such as USUAL."""
    one = float(1)  # not a constant: those are folded where the source is compiled
    smallest = struct.unpack("<d", b"\1" + bytes(7))[0]
    return spelled(
        (one + HALF_ULP / 2, -one - HALF_ULP / 2, one + 1.5 * HALF_ULP),
        sys.float_info.min / (2 * one) == 0.0,
        smallest * 2.0**1000 == 0.0,
    )


def spelled(rounded, flushes_results, zeroes_operands):
    """Return one sentence for what is rounded, `1 + u/2`, `-1 - u/2` and `1 + 3u/2`, and what becomes of subnormal numbers."""
    above, below, halfway = rounded
    if above > 1.0:
        direction = "upward"
    elif below < -1.0:
        direction = "downward"
    else:
        direction = "toward zero" if halfway == 1.0 else "to nearest"
    flushed = ["results"] * flushes_results + ["operands"] * zeroes_operands
    subnormals = "takes subnormal %s as zero" % " and ".join(flushed) if flushed else "keeps subnormal numbers"
    return "rounds %s, %s" % (direction, subnormals)
