"""What of the machine decides bits: the part of a trace's numeric class that every kind of run shares."""

import platform

from ..affinity import usable
from ..isa import CPUINFO_FLAGS, dispatch_class, foreign


def numeric_class(framework):
    """Return the class of bits that this machine and framework build can be expected to reproduce."""
    return {"framework": framework, "cpu": cpu(), "cpus": usable()}


def cpu():
    """Return vendor, family and dispatch class, such as `AuthenticAMD 25 x86-64:avx512_core_bf16`.

    The family counts: rcpps and rsqrtps are approximations whose tables differ between them.
    """
    entries = _first_cpu()
    if "flags" not in entries or foreign(platform.machine(), [name for name in CPUINFO_FLAGS if name in entries]):
        return platform.machine()
    dispatch = dispatch_class(platform.machine(), entries["flags"].split())
    return "%s %s %s" % (entries.get("vendor_id", "unknown"), entries.get("cpu family", "unknown"), dispatch)


def caches():
    """Return the sizes of the first CPU's data caches, such as `L1 48K, L2 1024K, L3 32768K`: Eigen cuts its products to fit them."""
    sizes = []
    for index in range(8):
        folder = "/sys/devices/system/cpu/cpu0/cache/index%d/" % index
        try:
            kind, level, size = [_read(folder + name) for name in ("type", "level", "size")]
        except OSError:  # no more of them, or no /sys
            break
        if kind != "Instruction":
            sizes.append("L%s %s" % (level, size))
    return ", ".join(sizes)


def _read(path):
    with open(path) as stream:
        return stream.read().strip()


def _first_cpu():
    entries = {}
    try:
        with open("/proc/cpuinfo") as stream:
            for text in stream:
                if not text.strip():
                    break
                name, _, value = text.partition(":")
                entries[name.strip()] = value.strip()
    except OSError:  # no /proc
        pass
    return entries
