"""A Linux machine of files in a folder: a FakeHost with a kernel, a C library and limits of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .fake import FakeHost

SAMPLES = Path(__file__).parent.parent / "data" / "probe"
NONE: Mapping[str, Any] = MappingProxyType({})


class Machine(FakeHost):
    """A host whose root is a folder of the test's own; nothing of the machine below shows through."""

    def __init__(
        self,
        root: Path,
        files: Mapping[str, str | bytes] = NONE,
        *,
        environ: Mapping[str, str] = NONE,
        programs: Mapping[str, object] = NONE,
        architecture: str = "x86_64",
        path: tuple[str, ...] = (),
    ) -> None:
        home = Path(environ.get("HOME", "/home/alice"))
        super().__init__(root, path=path, home=home, prefix=Path("/usr"), environ=environ, programs=programs)
        self.architecture, self.ran = architecture, list[list[str]]()
        self.limits = {"RLIMIT_STACK": 8 << 20, "RLIMIT_NOFILE": 1024}
        self.shm_bytes: int | None = 64 << 20
        self.libc_name: str | None = "glibc 2.31"
        for name, content in files.items():
            self.add(name, content)

    def add(self, name: str, content: str | bytes = "") -> None:
        """Put a file under an absolute path of the machine."""
        file = Path(self.locate(name))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def link(self, name: str, target: str) -> None:
        """Put a symbolic link under an absolute path; the target is relative."""
        file = Path(self.locate(name))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(target)

    def run(self, argv: list[str], timeout_s: float = 10, stdin: bytes | None = None, **ignored: object) -> Any:
        self.ran.append(argv)
        return super().run(argv, timeout_s, stdin)

    def uname(self) -> tuple[str, str]:
        return "5.4.0-100-generic", self.architecture

    def libc(self) -> str:
        if self.libc_name is None:
            raise OSError("unrecognized configuration name")
        return self.libc_name

    def affinity(self) -> int:
        return 4

    def soft_limit(self, name: str) -> int:
        return self.limits[name]

    def mount_bytes(self, path: str) -> int:
        if self.shm_bytes is None:
            raise FileNotFoundError(path)
        return self.shm_bytes


def sample(name: str) -> str:
    """Return a captured sample as text."""
    return (SAMPLES / name).read_text("utf-8")
