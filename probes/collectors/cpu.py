"""The processor, as far as it decides which code a numeric library runs and with how many threads."""

import re

from ..cgroup import quota
from ..isa import CPUINFO_FLAGS, FLAGS, dispatch_class, foreign, numeric_flags

CACHES = "/sys/devices/system/cpu/cpu0/cache"
SVE_LENGTH = "/proc/sys/abi/sve_default_vector_length"
CPUINFO_FIELD = re.compile(r"^(vendor_id|model name|flags|Features|CPU implementer|CPU part)[ \t]*: *(.*?) *$", re.MULTILINE)
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

# MIDR_EL1, as /proc/cpuinfo spells it: implementer and part number (Arm's and the vendors' reference manuals).
ARM_VENDORS = {
    "0x41": "ARM",
    "0x46": "Fujitsu",
    "0x48": "HiSilicon",
    "0x4e": "NVIDIA",
    "0x50": "APM",
    "0x61": "Apple",
    "0xc0": "Ampere",
}
ARM_PARTS = {
    "0xd03": "Cortex-A53",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd0c": "Neoverse-N1",
    "0xd40": "Neoverse-V1",
    "0xd49": "Neoverse-N2",
    "0xd4f": "Neoverse-V2",
}


def collect(host, section, options):
    """Record vendor, model, flags, dispatch class, caches, affinity and quota; no clock speed, which changes by itself."""
    _identity(host, section)
    _caches(host, section)
    try:
        section.known("affinity", host.affinity())
    except (OSError, ValueError) as error:
        section.unknown("affinity", error)
    try:
        section.known("quota", quota(host))
    except (OSError, LookupError, ValueError, ZeroDivisionError) as error:
        section.unknown("quota", error)


def _identity(host, section):
    machine, cores, reason = host.uname()[1], [], "/proc/cpuinfo does not list it"
    try:
        cores = read_cpuinfo(host.read_text("/proc/cpuinfo"))
    except OSError as error:
        reason = "/proc/cpuinfo: %s" % error.strerror
    flags = set.intersection(*(set(core["flags"].split()) for core in cores)) if cores else ()  # a thread may run on any core
    emulated = foreign(machine, {core["list"] for core in cores if "list" in core})
    facts = {"vendor": _each(cores, _vendor), "model": _each(cores, _model), "isa": None, "dispatch": ""}
    if flags and not emulated:
        facts["isa"] = numeric_flags(machine, flags) if machine in FLAGS else None
        facts["dispatch"] = dispatch_class(machine, flags, _sve_bytes(host) if "sve" in flags else 0)
        reason = reason if machine in FLAGS else "nobody has listed which instruction sets matter on %s" % machine
    for key, value in facts.items():
        if value or (key == "isa" and value is not None):
            section.known(key, value)
        else:
            section.unknown(key, emulated or reason)


def read_cpuinfo(text):
    """Return one dict a distinct processor of /proc/cpuinfo (x86 and Arm): `flags`, `list` (what they are called there), and what names
    it; equal cores once.
    """
    distinct = {}
    for block in text.split("\n\n"):
        fields = CPUINFO_FIELD.findall(block)
        if fields:
            core = {"flags" if name == "Features" else name: value for name, value in fields}
            core.update(("list", name) for name, _ in fields if name in CPUINFO_FLAGS)
            distinct.setdefault(tuple(fields), core)
    return [dict({"flags": ""}, **core) for core in distinct.values()]


def _each(cores, function):
    return " + ".join(sorted(filter(None, set(map(function, cores)))))


def _vendor(core):
    code = core.get("CPU implementer", "")
    return core.get("vendor_id") or ARM_VENDORS.get(code, code)


def _model(core):
    """Return the model's name; where Arm's cpuinfo has none, that of its part number."""
    part = core.get("CPU part", "")
    return core.get("model name") or ARM_PARTS.get(part, part)


def _sve_bytes(host):
    try:
        return int(host.read_text(SVE_LENGTH, 64))
    except (OSError, ValueError):
        return 0


def _caches(host, section):
    """Record the data caches' sizes in bytes, by which Eigen blocks matrix products: `{"l1d": 32768, "l2": …, "l3": …}`."""
    sizes = {}
    try:
        for name in host.listdir(CACHES):
            if name.startswith("index"):
                kind, level, size = (
                    host.read_text("%s/%s/%s" % (CACHES, name, leaf), 64).strip() for leaf in ("type", "level", "size")
                )
                if kind != "Instruction":
                    sizes["l" + level + ("d" if kind == "Data" else "")] = _bytes(size)
    except (OSError, ValueError) as error:
        section.unknown("caches", error)
        return
    if sizes:
        section.known("caches", sizes)
    else:
        section.unknown("caches", "%s is not there" % CACHES)


def _bytes(text):
    return int(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else int(text)
