"""Ask NVML about the driver and its devices; a program of its own, because a broken driver hangs or kills whoever asks.

Runs as `python -I -c SOURCE`, imports nothing of the probe, and writes one line of JSON to stdout:
`{"driver": …, "driver_cuda": …, "devices": [{"name": …, "mig": "enabled", …}]}`; a value is a string, an integer, null
for not supported, or `{"error": what NVML says}`. Exit status 3: there is no NVML library.
Source of names and structures: nvml.h of CUDA 11, ABI-stable since.
"""

import ctypes
import json
import os

NO_LIBRARY, NVML_FAILED = 3, 4  # exit statuses
NOT_SUPPORTED, FUNCTION_NOT_FOUND = 3, 13  # nvmlReturn_t
SWITCH = {0: "disabled", 1: "enabled"}


class Memory(ctypes.Structure):
    """nvmlMemory_t: bytes."""

    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class NVMLError(Exception):
    """A return code other than 0, with the library's own words."""

    def __init__(self, library, code):
        library.nvmlErrorString.restype = ctypes.c_char_p
        super(NVMLError, self).__init__(library.nvmlErrorString(code).decode("utf-8", "replace"))
        self.code = code


def call(library, names, *arguments):
    """Call the first of the functions that the library has; raises NVMLError."""
    for name in names.split():
        if hasattr(library, name):
            code = getattr(library, name)(*arguments)
            if code != 0:
                raise NVMLError(library, code)
            return
    raise NVMLError(library, FUNCTION_NOT_FOUND)


def guarded(function, *arguments):
    """Return a value, None where the device does not have such a thing, or {"error": …}."""
    try:
        return function(*arguments)
    except NVMLError as error:
        return None if error.code in (NOT_SUPPORTED, FUNCTION_NOT_FOUND) else {"error": "NVML: %s" % error}


def text(library, names, *arguments):
    """Return a string that the library writes into a buffer."""
    buffer = ctypes.create_string_buffer(96)
    call(library, names, *(arguments + (buffer, ctypes.c_uint(96))))
    return buffer.value.decode("utf-8", "replace")


def number(library, names, *arguments):
    """Return an integer that the library writes through a pointer."""
    value = ctypes.c_int()
    call(library, names, *(arguments + (ctypes.byref(value),)))
    return value.value


def switch(library, names, device):
    """Return `enabled` or `disabled` of a function with one output."""
    return SWITCH.get(number(library, names, device), "unknown")


def current_mode(library, names, device):
    """Return `enabled` or `disabled` of a function that answers the current mode and the pending one."""
    current, pending = ctypes.c_uint(), ctypes.c_uint()
    call(library, names, device, ctypes.byref(current), ctypes.byref(pending))
    return SWITCH.get(current.value, "unknown")


def capability(library, device):
    """Return the compute capability, `8.0`."""
    major, minor = ctypes.c_int(), ctypes.c_int()
    call(library, "nvmlDeviceGetCudaComputeCapability", device, ctypes.byref(major), ctypes.byref(minor))
    return "%d.%d" % (major.value, minor.value)


def memory(library, device):
    """Return the whole memory in bytes; how much is free changes by itself."""
    value = Memory()
    call(library, "nvmlDeviceGetMemoryInfo", device, ctypes.byref(value))
    return value.total


def slices(library, device):
    """Return name and memory of each MIG device: the model's name and memory above are the whole card's."""
    found = []
    for index in range(number(library, "nvmlDeviceGetMaxMigDeviceCount", device)):
        handle = ctypes.c_void_p()
        try:
            call(library, "nvmlDeviceGetMigDeviceHandleByIndex", device, ctypes.c_uint(index), ctypes.byref(handle))
        except NVMLError:  # not every place of a card holds a slice
            continue
        found.append(
            {"name": guarded(text, library, "nvmlDeviceGetName", handle), "memory_bytes": guarded(memory, library, handle)}
        )
    return found


def device(library, index):
    """Return everything about one device, in NVML's order (PCI bus), which need not be CUDA's."""
    handle = ctypes.c_void_p()
    call(library, "nvmlDeviceGetHandleByIndex_v2 nvmlDeviceGetHandleByIndex", ctypes.c_uint(index), ctypes.byref(handle))
    facts = {
        "name": guarded(text, library, "nvmlDeviceGetName", handle),
        "uuid": guarded(text, library, "nvmlDeviceGetUUID", handle),
        "compute_capability": guarded(capability, library, handle),
        "memory_bytes": guarded(memory, library, handle),
        "mig": guarded(current_mode, library, "nvmlDeviceGetMigMode", handle),
        "ecc": guarded(current_mode, library, "nvmlDeviceGetEccMode", handle),
        "persistence": guarded(switch, library, "nvmlDeviceGetPersistenceMode", handle),
    }
    if facts["mig"] == "enabled":
        facts["mig_devices"] = guarded(slices, library, handle)
    return facts


def ask(library):
    """Return what the module's docstring says; raises NVMLError where NVML itself cannot start."""
    call(library, "nvmlInit_v2 nvmlInit")
    version = guarded(number, library, "nvmlSystemGetCudaDriverVersion_v2 nvmlSystemGetCudaDriverVersion")
    cuda = "%d.%d" % (version // 1000, version % 1000 // 10) if isinstance(version, int) else version
    count = number(library, "nvmlDeviceGetCount_v2 nvmlDeviceGetCount")
    return {
        "driver": guarded(text, library, "nvmlSystemGetDriverVersion"),
        "driver_cuda": cuda,
        "devices": [guarded(device, library, index) for index in range(count)],
    }


def main():
    """Load the library, ask it, write the answer; return the exit status."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what the library prints is not the answer
    try:
        library = ctypes.CDLL("libnvidia-ml.so.1")
    except OSError as error:
        os.write(2, ("%s\n" % error).encode("utf-8", "replace"))
        return NO_LIBRARY
    try:
        document = ask(library)
    except NVMLError as error:
        os.write(2, ("NVML: %s\n" % error).encode("utf-8", "replace"))
        return NVML_FAILED
    os.write(answer, json.dumps(document).encode("ascii") + b"\n")
    return 0


if __name__ == "__main__":
    os._exit(main())  # the library's exit handlers may hang
