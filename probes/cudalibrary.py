"""Every copy of a CUDA library on disk: where it lies and which version its name or its package states.

No library is opened: without a driver cudnnGetVersion aborts the process and cudaRuntimeGetVersion answers with an error.
"""

import os
import re

from .loaderpath import cached_paths, configured_folders, environment_folders

# Wheels of PyTorch rename libraries to libcudart-9335f6a2.so.11.0; cuDNN 8 and later is a shim and its sub-libraries.
NAME = re.compile(
    r"^lib(cuda|cudart|cublasLt|cublas|cudnn(?:_[a-z_]+)?|cufft|curand|cusolver|cusparse|nccl|nvrtc)"
    r"(?:[-.][0-9a-f]{8})?\.so((?:\.[0-9]+)*)$"
)
TOOLKIT_FOLDERS = ("lib64", "lib64/stubs", "lib", "targets/*/lib")
DRIVER_FOLDERS = ("/usr/local/nvidia/lib64", "/usr/local/nvidia/lib", "/usr/lib/wsl/lib")  # older container toolkits; WSL 2
SITE_FOLDERS = ("nvidia/*/lib", "torch/lib")
STUB = "stub"


class Copy:
    """One file of a CUDA library: its name without `lib`, the soname's number, its version, its real folder."""

    def __init__(self, name, number, version, folder):
        self.name, self.number, self.version, self.folder = name, number, version, folder


def find(host):
    """Return every copy as a list of Copy, each real file once."""
    copies = {}
    for folder in _folders(host):
        for entry in host.listdir(folder):
            match = NAME.match(entry)
            if match:
                _add(host, folder + "/" + entry, match, copies)
    return [copies[path] for path in sorted(copies)]


def _add(host, path, match, copies):
    real = realpath(host, path)
    if not host.exists(real):  # a dangling link
        return
    folder, name = os.path.split(real)
    stated = NAME.match(name) or match
    number = (stated.group(2) or match.group(2)).strip(".")
    known = copies.get(real)
    if known is None or len(number) > len(known.number):  # libcudart.so and libcudart.so.11.0 may be one file
        copies[real] = Copy(match.group(1), number, version_of(host, match.group(1), number, folder, name), folder)


def realpath(host, path):
    """Return a path of the target without symbolic links."""
    real = os.path.realpath(host.locate(path))
    return real if host.root == "/" else "/" + os.path.relpath(real, os.path.realpath(host.root))


def is_stub(path):
    """Tell whether a libcuda only serves the linker: toolkits keep it in a folder named `stubs`."""
    return STUB + "s" in path.split("/")


def _folders(host):
    """Return every folder that may hold CUDA libraries, each real folder once."""
    folders = []
    for entry in filter(None, host.path):
        folders += [found for tail in SITE_FOLDERS for found in _expand(host, entry + "/" + tail)]
        folders += [entry + "/" + name for name in host.listdir(entry) if name.endswith(".libs")]  # auditwheel's copies
    for name in host.listdir("/usr/local"):
        if name.startswith("cuda"):
            folders += [found for tail in TOOLKIT_FOLDERS for found in _expand(host, "/usr/local/%s/%s" % (name, tail))]
    folders += list(DRIVER_FOLDERS) + environment_folders(host) + configured_folders(host)
    folders += [os.path.dirname(path) for path in host.once(cached_paths) if NAME.match(os.path.basename(path))]
    folders += [prefix + "/lib" for prefix in (host.interpreter.prefix, host.environ.get("CONDA_PREFIX")) if prefix]
    return list({realpath(host, folder): None for folder in folders})


def _expand(host, pattern):
    """Return the folders of a path with at most one `*` in it, whether they exist or not."""
    front, star, back = pattern.partition("/*/")
    return ["%s/%s/%s" % (front, name, back) for name in host.listdir(front)] if star else [pattern]


def version_of(host, name, number, folder, file_name):
    """Return the version that the best source states: file name, header, package metadata; else the soname's number."""
    if name == "cuda" and is_stub(folder):
        return STUB
    if number.count(".") >= 2 or (name == "cuda" and "." in number):
        return number
    return _from_header(host, name, folder) or _from_metadata(host, folder, file_name) or number or "not stated"


def _from_header(host, name, folder):
    """Return cuDNN's or NCCL's version from the header in the `include` beside its `lib`."""
    headers, prefix = {"cudnn": (("cudnn_version.h", "cudnn.h"), "CUDNN"), "nccl": (("nccl.h",), "NCCL")}.get(
        name.partition("_")[0], ((), "")
    )
    for header in headers:
        try:
            text = host.read_text(os.path.dirname(folder) + "/include/" + header)
        except OSError:
            continue
        parts = [re.search(r"#define\s+%s_%s\s+(\d+)" % (prefix, part), text) for part in ("MAJOR", "MINOR")]
        patch = re.search(r"#define\s+%s_PATCH(?:LEVEL)?\s+(\d+)" % prefix, text)
        if all(parts) and patch:
            return ".".join(match.group(1) for match in parts + [patch])
    return ""


def _from_metadata(host, folder, file_name):
    """Return the version of the nvidia-* wheel whose RECORD lists this file; the wheels keep only the soname."""
    site, nvidia, inside = folder.rpartition("/nvidia/")
    if not nvidia:
        return ""
    listed = "nvidia/%s/%s," % (inside, file_name)
    for entry in host.listdir(site):
        if entry.startswith("nvidia_") and entry.endswith(".dist-info"):
            try:
                record = host.read_text("%s/%s/RECORD" % (site, entry))
            except OSError:
                continue
            if listed in record:
                return entry[: -len(".dist-info")].partition("-")[2]
    return ""
