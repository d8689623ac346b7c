"""The NVIDIA driver and its devices, through NVML and else nvidia-smi, each in a process that may hang or die."""

import json
import re
import sys

from ..keyedhash import keyed_hash
from ..nvidia import DRIVER, has_control_node, has_device, has_driver, smi_paths
from ..nvidiasmi import CAPABILITY_COMMAND, COMMAND, read_log

TIMEOUT_S = 15  # without persistence mode the first question starts the driver, which takes seconds
NO_LIBRARY = 3
DRIVER_FACTS = ("driver", "driver_cuda")
DEVICE_FACTS = ("name", "compute_capability", "memory_bytes", "mig", "ecc", "persistence")


def collect(host, section, options):
    """Record driver and devices. Absent without an NVIDIA driver; unknown where there is one and nobody answers for it."""
    if not (has_driver(host) or has_device(host) or has_control_node(host)):
        _no_driver(host, section)
        return
    errors = []
    for source, ask in (("nvml", _ask_nvml), ("nvidia-smi", _ask_smi)):
        try:
            document = ask(host)
        except (OSError, ValueError) as error:
            errors.append((source, error))
            continue
        section.known("source", source)
        _record(section, document, options.get("hash_key"))
        return
    if has_driver(host) and not has_device(host) and all(isinstance(error, FileNotFoundError) for _, error in errors):
        section.known("count", 0)  # a container of a GPU machine into which neither library nor device was passed
    else:
        section.unknown("*", "; ".join("%s: %s" % row for row in errors))
    _driver_of_kernel(host, section)


def _no_driver(host, section):
    """Tell no GPU from a GPU machine whose driver is not loaded: there nvidia-smi is installed, and would fail."""
    for key in ("driver", "count"):
        if smi_paths(host):
            section.unknown(key, "nvidia-smi is installed, but no NVIDIA driver is loaded here (%s is missing)" % DRIVER)
        else:
            section.absent(key)


def _driver_of_kernel(host, section):
    """Record the version that the kernel module states, when the libraries do not answer."""
    try:
        match = re.search(r"Kernel Module\s+(?:for \S+\s+)?(\d+(?:\.\d+)+)", host.read_text(DRIVER + "/version", 4096))
    except OSError:
        return
    if match:
        section.known("source", "kernel")
        section.known("driver", match.group(1))


def _ask_nvml(host):
    """Return the document of nvml.py; raises OSError with the reason where there is none."""
    program = host.line.get("sources", {}).get("nvml.py", "")
    out = _output(host, [sys.executable or "python3", "-I", "-B", "-c", program])
    return json.loads(out)


def _ask_smi(host):
    paths = smi_paths(host)
    if not paths:
        raise FileNotFoundError("not installed")
    xml = _output(host, paths[:1] + COMMAND)
    try:
        capabilities = _output(host, paths[:1] + CAPABILITY_COMMAND).splitlines()
    except OSError:
        capabilities = []
    return read_log(xml, capabilities)


def _output(host, argv):
    """Return a program's stdout; raises OSError that says how it failed, FileNotFoundError where what it needs is not here."""
    import subprocess  # slow to import, and most machines have no GPU

    try:
        status, out, error = host.run(argv, timeout_s=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise OSError("did not answer within %d s" % TIMEOUT_S)
    if status < 0:
        raise OSError("ended by signal %d" % -status)
    if status == NO_LIBRARY and "-I" in argv:
        raise FileNotFoundError("libnvidia-ml.so.1 is not here")
    if status != 0:
        said = (error.strip() or out.strip()).splitlines()[-1:]
        raise OSError(": ".join(["exit status %d" % status] + said))
    return out


def _record(section, document, hash_key):
    for key in DRIVER_FACTS:
        _fact(section, key, document.get(key))
    devices = document["devices"]
    section.known("count", len(devices))
    for index, device in enumerate(devices):
        if "error" in device:
            section.unknown("%d.name" % index, device["error"])
            continue
        for key in DEVICE_FACTS:
            _fact(section, "%d.%s" % (index, key), device.get(key))
        _uuid(section, index, device.get("uuid"), hash_key)
        if isinstance(device.get("mig_devices"), list):
            section.known("%d.mig_devices" % index, _slices(device["mig_devices"]))


def _fact(section, key, value):
    if value is None:
        section.absent(key)
    elif isinstance(value, dict):
        section.unknown(key, value["error"])
    else:
        section.known(key, value)


def _uuid(section, index, uuid, hash_key):
    """Record the UUID under the caller's key alone: it is personal data to some, and without a key compares to nothing."""
    if not hash_key:
        section.context["uuid"] = "left out: the request holds no hash_key"
    elif isinstance(uuid, str):
        section.known("%d.uuid" % index, keyed_hash(hash_key, uuid))
    else:
        _fact(section, "%d.uuid" % index, uuid)


def _slices(devices):
    """Return MIG devices as a sorted list of `name, memory in bytes` without what may not be asked."""
    plain = [{key: value for key, value in device.items() if isinstance(value, (str, int))} for device in devices]
    return sorted(plain, key=lambda device: sorted((key, str(value)) for key, value in device.items()))
