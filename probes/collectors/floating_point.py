"""How Python rounds and what it does with subnormal numbers in this environment; where that is unusual, which library set it."""

import sys

from ..fast_math import mapped, sets_flush_to_zero
from ..floating_point import USUAL

MAPS = "/proc/self/maps"
SMALLEST = "import sys; one = float(1); print(sys.float_info.min / (2 * one) == 0.0)"


def collect(host, section, options):
    """Record `floating_point.python`, and `floating_point.set_by` where it is not USUAL."""
    state = host.floating_point()
    section.known("floating_point.python", state)
    if state == USUAL:
        section.absent("floating_point.set_by")
        return
    culprits = culprits_of(host, mapped(host.read_text(MAPS)))
    if culprits:
        section.known("floating_point.set_by", culprits)
    else:
        section.unknown("floating_point.set_by", _who_else(host))
    section.known("diagnosis.floating_point", finding("Python", state, culprits))


def finding(whose, state, culprits):
    """Return what is wrong with a state that is not USUAL, for a reader."""
    because = ": %s sets that as it is loaded, because it was linked with -ffast-math" % ", ".join(culprits) if culprits else ""
    return "%s %s%s" % (whose, state, because)


def culprits_of(host, paths):
    """Return the places of the libraries that turn subnormal numbers off as they are loaded."""
    found = []
    for path in paths:
        try:
            if sets_flush_to_zero(host.locate(path)):
                found.append(host.place(path))
        except (OSError, ValueError):  # gone since, or of another architecture
            continue
    return found


def _who_else(host):
    """Return what is known where no library that is still mapped does it: whether Python starts with it or its site does it."""
    try:
        status, out, _ = host.run([sys.executable, "-I", "-S", "-B", "-c", SMALLEST])
    except Exception:  # no process can be started, or it hangs
        return "no mapped library sets it as it is loaded"
    if status == 0 and out.strip() == "False":
        return "no mapped library sets it as it is loaded; a .pth file or sitecustomize does: python3 -S is without it"
    return "no mapped library sets it as it is loaded; Python starts with it: a preloaded library, or who started it"
