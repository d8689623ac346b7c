"""CUDA as three facts, not one: what the framework was built with, and every library on disk. The third, what is loaded,
only a running framework shows: it comes from the benchmark."""

import os
import re

from ..cudalibrary import NAME, STUB, find, is_stub, realpath
from ..loaderpath import cached_paths, environment_folders
from ..nvidia import has_device, has_driver, is_requested
from ..wheelbuild import builds

HEAD_BYTES = 1 << 16  # cuda.h states its version before its first declaration


def collect(host, section, options):
    """Record `built.FRAMEWORK.*`, `disk.LIBRARY`, `nvcc` and `diagnosis.*`. No library is called, no framework imported."""
    built = builds(host, section)
    copies = find(host)
    for name in sorted({copy.name for copy in copies}):
        section.known("disk." + ("libcuda" if name == "cuda" else name), _listed(host, copies, name))
    _nvcc(host, section)
    for name, sentence in (
        ("cpu-image", _cpu_image(host, built, copies)),
        ("stub-libcuda", _stub_libcuda(host)),
        ("mixed-cudnn", _mixed_cudnn(host, copies)),
        ("gpu-not-passed", _gpu_not_passed(host, copies)),
    ):
        if sentence:
            section.known("diagnosis." + name, sentence)
        else:
            section.absent("diagnosis." + name)


def _listed(host, copies, name):
    pairs = sorted({(copy.version, host.place(copy.folder)) for copy in copies if copy.name == name})
    return [{"version": version, "place": place} for version, place in pairs]


def _nvcc(host, section):
    """Record the toolkit that `nvcc` on PATH belongs to; it has nothing to do with what a framework loads."""
    folders = host.environ.get("PATH", "").split(os.pathsep) + ["/usr/local/cuda/bin"]
    found = [realpath(host, folder + "/nvcc") for folder in folders if folder and host.exists(folder + "/nvcc")]
    toolkits = [os.path.dirname(os.path.dirname(path)) for path in found]
    for toolkit in toolkits:  # a wrapper script in /usr/local/bin has no toolkit around it
        version = _toolkit_version(host, toolkit)
        if version:
            section.known("nvcc", {"place": host.place(toolkit), "version": version})
            return
    if toolkits:
        section.unknown("nvcc", "no version file beside %s/bin/nvcc" % host.place(toolkits[0]))
    else:
        section.absent("nvcc")


def _toolkit_version(host, toolkit):
    """Return what version.json (CUDA 11.1 and later), version.txt or cuda.h states, or an empty string."""
    for leaf, pattern in (
        ("version.json", r'"cuda"\s*:\s*\{[^}]*"version"\s*:\s*"([^"]+)"'),
        ("version.txt", r"CUDA Version (\S+)"),
        ("include/cuda.h", r"#define\s+CUDA_VERSION\s+(\d+)"),
    ):
        try:
            match = re.search(pattern, host.read_text(toolkit + "/" + leaf, HEAD_BYTES))
        except OSError:
            continue
        if match:
            number = match.group(1)
            return "%d.%d" % (int(number) // 1000, int(number) % 1000 // 10) if leaf == "include/cuda.h" else number
    return ""


def _cpu_image(host, built, copies):
    """Say that a CUDA build has no CUDA library to load although a GPU is there or asked for: the image without `-gpu`.

    Without a GPU in sight this is how every CPU machine looks, because both images hold the same wheel: no finding.
    """
    names = {copy.name for copy in copies}
    if not built or "cudart" in names or "cublas" in names or not (has_device(host) or is_requested(host)):
        return ""
    seen = "is there" if has_device(host) else "is asked for by NVIDIA_VISIBLE_DEVICES"
    return "%s is built with CUDA %s and a GPU %s, but no CUDA library is on disk" % (built[0] + (seen,))


def _gpu_not_passed(host, copies):
    """Say that an image with CUDA runs on a machine with a driver, and its container was started without a GPU."""
    if has_driver(host) and not has_device(host) and any(copy.name == "cudart" for copy in copies):
        return "CUDA is on disk and the machine's NVIDIA driver is loaded, but no GPU was passed into this container"
    return ""


def _stub_libcuda(host):
    """Say that the libcuda which the loader finds first is only the linker's stub: no driver was passed in."""
    candidates = [folder + "/libcuda.so.1" for folder in environment_folders(host)]
    candidates = [path for path in candidates if host.exists(path)]
    candidates += [path for path in host.once(cached_paths) if os.path.basename(path) == "libcuda.so.1" and host.exists(path)]
    if candidates and (is_stub(candidates[0]) or is_stub(realpath(host, candidates[0]))):
        return "the loader finds only the toolkit's %s of libcuda: it is on disk, and no GPU can be used through it" % STUB
    return ""


def _mixed_cudnn(host, copies):
    """Say that files of one cuDNN generation (one soname) are of several versions: which is loaded is chance."""
    generations = {}
    for copy in copies:
        if copy.name.startswith("cudnn") and NAME.match("libcudnn.so." + copy.version):
            generations.setdefault(copy.version.split(".")[0], set()).add((copy.version, host.place(copy.folder)))
    for number, pairs in sorted(generations.items()):
        versions = sorted({version for version, _ in pairs if "." in version})
        if len(versions) > 1:
            folders = len({folder for _, folder in pairs})
            where = "in one folder" if folders == 1 else "in %d folders" % folders
            return "libcudnn.so.%s and its parts are of versions %s %s" % (number, ", ".join(versions), where)
    return ""
