"""A machine of folders that a test made: the real Host, with another interpreter's folders, variables and programs."""

from __future__ import annotations

import subprocess
import types
from collections.abc import Iterable, Mapping
from pathlib import Path

from probes.fact import Section
from probes.host import Host

Outcome = "tuple[int, str, str] | BaseException"


class FakeHost(Host):
    """A Host whose sys.path, folders, environment and programs are given.

    `root` is where absolute paths of the target lie (`/proc/cpuinfo` is `root/proc/cpuinfo`); `programs` maps a program's name,
    or its whole command line, to (exit status, stdout, stderr) or to the exception that running it raises.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        path: Iterable[Path | str] = (),
        site: Iterable[Path] = (),
        user: Path | None = None,
        stdlib: Path | None = None,
        prefix: Path | None = None,
        home: Path | None = None,
        cwd: Path | None = None,
        environ: Mapping[str, str] | None = None,
        begun: Mapping[str, str] | None = None,
        programs: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__()
        nowhere = Path("/nonexistent")
        python = self.interpreter
        python.path = [str(entry) for entry in path]
        python.site_folders = [str(folder) for folder in site]
        python.user_site, python.user_site_enabled = str(user or ""), user is not None
        python.stdlib = str(stdlib or nowhere / "lib")
        python.prefix = python.base_prefix = str(prefix or nowhere)
        python.home, python.cwd = str(home or nowhere), str(cwd or nowhere)
        python.editable_modules, python.build_folders, python.finders = {}, {}, []
        python.flags = types.SimpleNamespace(ignore_environment=0)
        self.environ = dict(environ or {})
        self.begun = self.environ if begun is None else dict(begun)
        self.root = str(root) if root else "/"
        self.programs = dict(programs or {})

    def began_with(self, name: str) -> bool:
        """Answer as if the process had begun with the variables that were given for its beginning, else those that it has."""
        return name in self.begun

    def run(self, argv, timeout_s=10, stdin=None, **_ignored):  # type: ignore[no-untyped-def]
        """Answer as the named program was told to."""
        for name in (" ".join(argv), argv[0].rsplit("/", 1)[-1]):
            if name in self.programs:
                outcome = self.programs[name]
                if isinstance(outcome, BaseException):
                    raise outcome
                return outcome
        raise FileNotFoundError(2, "No such file or directory", argv[0])


def hang(argv: list[str]) -> subprocess.TimeoutExpired:
    """Return what running a program that hangs raises."""
    return subprocess.TimeoutExpired(argv, 10)


def facts(collect, host: Host, **options: object) -> dict[str, dict]:  # type: ignore[no-untyped-def, type-arg]
    """Run one collector and return its own section as JSON: known, absent, unknown."""
    section = Section()
    collect(host, section, options)
    return section.as_json()
