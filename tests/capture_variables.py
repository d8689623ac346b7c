"""Which environment variables installed libraries read: `nox -s variables` writes tests/data/variables.json with this.

Of a binary every whole string that is spelled as a variable with a prefix of PREFIXES counts; of Python sources what is asked of
os.environ. That finds too much, never too little: what matters to no result is listed in tests/data/unwatched.toml with a reason.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PREFIXES = [
    "ATEN",
    "BLIS",
    "CUBLAS",
    "CUBLASLT",
    "CUDA",
    "CUDNN",
    "DNNL",
    "GOMP",
    "GOTO",
    "JAX",
    "KERAS",
    "KMP",
    "LIBXSMM",
    "LIBOMP",
    "MKL",
    "NCCL",
    "NPY",
    "NUMBA",
    "NUMEXPR",
    "NUMPY",
    "NVIDIA",
    "OMP",
    "ONEDNN",
    "OPENBLAS",
    "PYTORCH",
    "TF",
    "TF2",
    "TORCH",
    "TORCHINDUCTOR",
    "VECLIB",
    "VML",
    "XLA",
]
NAME = rb"(?:" + "|".join(PREFIXES).encode() + rb")_[A-Z0-9]+(?:_[A-Z0-9]+)*_?"
IN_BINARY = re.compile(rb"(?<=\0)" + NAME + rb"(?=\0)")
IN_SOURCE = re.compile(rb"""(?:environ(?:\.get|\.setdefault|\.pop)?|getenv|_env|EnvVar)\s*[\[(]\s*['"](""" + NAME + rb""")['"]""")
IN_CONFIG = re.compile(rb"""name ?= ?['"](jax_[a-z0-9_]+)['"]|['"](NUMBA_[A-Z0-9_]+)['"]""")
"""JAX and Numba make the names of variables out of those of their settings."""
KINDS = {".so": (IN_BINARY,), ".py": (IN_SOURCE, IN_CONFIG)}
LIMIT_BYTES = 2 << 30


def names_in(folder: Path) -> set[str]:
    """Return the names that the libraries in a folder look up."""
    return {name for path in sorted(folder.rglob("*")) if path.is_file() for name in _names_of(path)}


def _names_of(path: Path) -> Iterator[str]:
    kind = ".so" if ".so" in path.suffixes else path.suffix
    if kind in KINDS and path.stat().st_size < LIMIT_BYTES:
        data = path.read_bytes()
        for pattern in KINDS[kind]:
            for found in pattern.finditer(data):
                yield next(filter(None, (*found.groups(), found[0]))).decode("ascii").upper()


def main(arguments: list[str]) -> None:
    """Write `{LIBRARY: "NAMES …"}` for arguments `LIBRARY=FOLDER`."""
    split = (text.partition("=") for text in arguments)
    found = {library: " ".join(sorted(names_in(Path(folder)))) for library, _, folder in split}
    json.dump(found, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
