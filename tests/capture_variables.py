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
KINDS = {".so": IN_BINARY, ".py": IN_SOURCE}
LIMIT_BYTES = 2 << 30


def names_in(folder: Path) -> set[str]:
    """Return the names that the libraries in a folder look up."""
    return {name for path in sorted(folder.rglob("*")) if path.is_file() for name in _names_of(path)}


def _names_of(path: Path) -> Iterator[str]:
    kind = ".so" if ".so" in path.suffixes else path.suffix
    if kind in KINDS and path.stat().st_size < LIMIT_BYTES:
        for found in KINDS[kind].finditer(path.read_bytes()):
            yield (found[1] if KINDS[kind].groups else found[0]).decode("ascii")


def main(arguments: list[str]) -> None:
    """Write `{LIBRARY: [NAMES]}` for arguments `LIBRARY=FOLDER`."""
    found = {library: sorted(names_in(Path(folder))) for library, _, folder in (text.partition("=") for text in arguments)}
    json.dump(found, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
