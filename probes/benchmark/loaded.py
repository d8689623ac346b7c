"""Which CUDA libraries the running framework process has really mapped, and of which version they are."""

import os
import sys

from ..cudalibrary import NAME, version_of
from ..fast_math import mapped
from ..floating_point import USUAL

MAIN = ("libcuda", "cudart", "cublas", "cublasLt", "cudnn", "cufft", "curand", "cusolver", "cusparse", "nccl")
CALL_LIMIT_S = 20
# Version calls, in a process of their own: cudnnGetVersion aborts without a driver (cuDNN 8.5), so libcuda is asked for first,
# and cudaRuntimeGetVersion answers with an error instead of a version.
_CALLS = {
    "cudart": "from ctypes import byref; n = c_int(); print(n.value if lib.cudaRuntimeGetVersion(byref(n)) == 0 else '')",
    "cudnn": "lib.cudnnGetVersion.restype = c_size_t; print(lib.cudnnGetVersion())",
    "nccl": "from ctypes import byref; n = c_int(); print(n.value if lib.ncclGetVersion(byref(n)) == 0 else '')",
}
_PROGRAM = "import sys; from ctypes import CDLL, c_int, c_size_t; CDLL('libcuda.so.1'); lib = CDLL(sys.argv[1]); "


def cuda_libraries():
    """Return {library: [real paths]} of the CUDA libraries mapped into this process.

    Asked after a convolution and a product ran: TensorFlow opens cuDNN and cuBLAS when it first needs them.
    """
    try:
        with open("/proc/self/maps") as stream:
            paths = {text.split(None, 5)[-1].strip() for text in stream if ".so" in text}
    except OSError:
        return {}
    found = {}
    for path in sorted(paths):
        match = NAME.match(os.path.basename(path))
        if match:
            found.setdefault(_fact_name(match.group(1)), []).append(os.path.realpath(path))
    return found


def mapped_where_flushed(state):
    """Return the libraries mapped into this process where its arithmetic is not the usual one; none where it is."""
    if state == USUAL:
        return []
    with open("/proc/self/maps") as stream:
        return mapped(stream.read())


def library_facts(host, libraries):
    """Return the facts `LIBRARY.version` and `LIBRARY.place`, and `LIBRARY.copies` where two files were mapped."""
    facts = {}
    for library, paths in sorted(libraries.items()):
        facts[library + ".place"] = host.place(os.path.dirname(paths[0]))
        version = _version(host, library, paths[0])
        if version:
            facts[library + ".version"] = version
        if len(paths) > 1:
            facts[library + ".copies"] = [host.place(path) for path in paths]
    return facts


def _fact_name(library):
    """Return the name as in `cuda.disk`: the driver's library is `libcuda`, because a fact named `cuda.loaded.cuda` says nothing."""
    return "libcuda" if library == "cuda" else library


def _version(host, library, path):
    """Return the version that the file's name or its package states; where that is only the soname's number, the library's own."""
    folder, name = os.path.split(path)
    match = NAME.match(name)
    number = match.group(2).strip(".") if match else ""
    stated = version_of(host, "cuda" if library == "libcuda" else library, number, folder, name)
    if stated not in (number, "not stated") or stated.count(".") >= 2 or library not in _CALLS:
        return stated
    return own_version(host, library, path) or stated


def own_version(host, library, path):
    """Return what the library answers in a throw-away process; an empty string where it does not answer."""
    try:
        status, out, _ = host.run([sys.executable, "-I", "-B", "-c", _PROGRAM + _CALLS[library], path], timeout_s=CALL_LIMIT_S)
    except Exception:  # hangs, or no process can be started: the place is still a fact
        return ""
    return out.strip() if status == 0 else ""
