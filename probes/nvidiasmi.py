"""What nvidia-smi says, as the same document that nvml.py gives; for where NVML cannot be called directly."""

MISSING = ("N/A", "[N/A]", "Not Supported", "[Not Supported]", "None", "")
MIB = 1 << 20
COMMAND = ["-q", "-x"]
# Not in the XML; drivers before 510 do not know the field.
CAPABILITY_COMMAND = ["--query-gpu=compute_cap", "--format=csv,noheader"]


def read_log(xml, capabilities=()):
    """Return the document of nvml.py from `nvidia-smi -q -x` and the lines of the compute capability query.

    The log's "CUDA Version" is the newest that the driver supports: `driver_cuda`, and never the CUDA in use. Raises
    ValueError where the text is not such a log.
    """
    from xml.etree import ElementTree

    try:
        log = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise ValueError("nvidia-smi -q -x: %s" % error)
    if log.tag != "nvidia_smi_log":
        raise ValueError("nvidia-smi -q -x: the document is a %s" % log.tag[:40])
    devices = [_device(gpu) for gpu in log.findall("gpu")]
    for device, capability in zip(devices, capabilities):
        device["compute_capability"] = _text(capability)
    return {
        "driver": _text(log.findtext("driver_version")),
        "driver_cuda": _text(log.findtext("cuda_version")),
        "devices": devices,
    }


def _device(gpu):
    slices = gpu.findall("mig_devices/mig_device")
    device = {
        "name": _text(gpu.findtext("product_name")),
        "uuid": _text(gpu.findtext("uuid")),
        "compute_capability": {"error": "this nvidia-smi does not say"},
        "memory_bytes": _bytes(gpu.findtext("fb_memory_usage/total")),
        "mig": _switch(gpu.findtext("mig_mode/current_mig")),
        "ecc": _switch(gpu.findtext("ecc_mode/current_ecc")),
        "persistence": _switch(gpu.findtext("persistence_mode")),
    }
    if slices:
        device["mig_devices"] = [
            {"name": None, "memory_bytes": _bytes(part.findtext("fb_memory_usage/total"))} for part in slices
        ]
    return device


def _text(value):
    """Return a string, None where the device has no such thing, or {"error": …} where nvidia-smi may not say."""
    value = (value or "").strip()
    if value in MISSING:
        return None
    if "Insufficient Permissions" in value or "Unknown Error" in value or "GPU is lost" in value:
        return {"error": "nvidia-smi: " + value.strip("[]")}
    return value


def _switch(value):
    value = _text(value)
    return value.lower() if isinstance(value, str) else value


def _bytes(value):
    """Return bytes from `16160 MiB`."""
    value = _text(value)
    if not isinstance(value, str):
        return value
    amount = value.split()
    if len(amount) == 2 and amount[0].isdigit() and amount[1] == "MiB":
        return int(amount[0]) * MIB
    return {"error": "nvidia-smi: not an amount of memory: %s" % value[:40]}
