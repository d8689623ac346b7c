"""What oneDNN and TensorFlow print about themselves: the only place where they say which kernels really ran."""

import re

# oneDNN 1.x prints `dnnl_verbose,…`, 2.x `onednn_verbose,…`, 3.x `onednn_verbose,v1,…,primitive,exec,…`.
_EXEC = re.compile(r"^(?:one)?dnnl?_verbose,(?:v\d+,)?(?:primitive,)?exec,cpu,([^,]+),([^,]+),", re.MULTILINE)
_ISA = re.compile(r"^(?:one)?dnnl?_verbose,(?:v\d+,)?info,cpu,isa:(.+)$", re.MULTILINE)
_THREADS = re.compile(r"^(?:one)?dnnl?_verbose,(?:v\d+,)?info,cpu,runtime:\w+,nthr:(\d+)", re.MULTILINE)
_VERSION = re.compile(r"^(?:one)?dnnl?_verbose,(?:v\d+,)?info,(?:oneDNN|DNNL|Intel MKL-DNN) v([\d.]+)", re.MULTILINE)
_CLUSTER = "Compiled cluster using XLA"


def onednn(stdout):
    """Return the facts that oneDNN's verbose output gives: on or off as it really is, ISA, threads, version, kernels."""
    kernels = sorted({"%s %s" % found for found in _EXEC.findall(stdout)})
    if not kernels:
        return {"onednn": False}
    facts = {"onednn": True, "onednn_kernels": kernels}
    for name, pattern in (("onednn_isa", _ISA), ("onednn_threads", _THREADS), ("onednn_version", _VERSION)):
        match = pattern.search(stdout)
        if match:
            facts[name] = int(match.group(1)) if name == "onednn_threads" else match.group(1).strip()
    return facts


def built_xla_clusters(stderr):
    """Tell whether XLA compiled a cluster of the traced function; TensorFlow logs it once in a process's life."""
    return _CLUSTER in stderr
