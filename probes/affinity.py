"""How many CPUs this process may be scheduled on: what thread pools count."""

import os

STATUS = "/proc/self/status"


def cpus():
    """Return their number; raises OSError or ValueError where the system does not say."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    with open(STATUS, encoding="ascii", errors="replace") as stream:  # PyPy has no such function
        return allowed(stream.read(1 << 16))


def usable():
    """Return their number; where the system does not say, that of all CPUs."""
    try:
        return cpus()
    except (OSError, ValueError):
        return os.cpu_count() or 1


def allowed(status):
    """Return how many CPUs a text as /proc/self/status allows: a mask in hexadecimal, by 32 CPUs."""
    for line in status.splitlines():
        name, _, mask = line.partition(":")
        if name == "Cpus_allowed":
            return bin(int(mask.replace(",", ""), 16)).count("1")
    raise ValueError("%s does not list the CPUs" % STATUS)
