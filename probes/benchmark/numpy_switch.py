"""Which BLAS kernel and which SIMD instructions numpy really uses."""

import ctypes
import os


def in_effect(np):
    """Return the facts `blas` and `numpy_simd`, each only where numpy tells."""
    known = {}
    blas = _openblas(np)
    if blas:
        known["blas"] = blas
    simd = _simd(np)
    if simd is not None:
        known["numpy_simd"] = simd
    return known


def _simd(np):
    """Return the instruction sets that numpy was built to dispatch on and finds enabled here; None before numpy 1.17."""
    umath = getattr(getattr(np, "_core", None) or np.core, "_multiarray_umath", None)
    found = getattr(umath, "__cpu_features__", None)
    if found is None:
        return None
    return [name for name in getattr(umath, "__cpu_dispatch__", []) if found.get(name)]


def _openblas(np):
    """Return OpenBLAS's version, kernel and threads as it states them, such as `OpenBLAS 0.3.18 Zen 2 threads`.

    numpy's wheels bring it beside the package, with `64_` after each symbol; later ones with `scipy_` before it.
    """
    for path in _mapped("openblas"):
        library = ctypes.CDLL(path)
        for name in ("scipy_%s64_", "%s64_", "scipy_%s", "%s"):
            if hasattr(library, name % "openblas_get_config"):
                config, core = getattr(library, name % "openblas_get_config"), getattr(library, name % "openblas_get_corename")
                config.restype = core.restype = ctypes.c_char_p
                version = " ".join(config().decode("ascii", "replace").split()[:2])
                threads = getattr(library, name % "openblas_get_num_threads")()
                return "%s %s %d threads" % (version, core().decode("ascii", "replace"), threads)
    return None


def _mapped(word):
    """Return the files mapped into this process whose name holds a word, each once, sorted."""
    try:
        with open("/proc/self/maps") as stream:
            paths = {text.split(None, 5)[-1].strip() for text in stream if word in text}
    except OSError:
        return []
    return sorted(path for path in paths if word in os.path.basename(path))
