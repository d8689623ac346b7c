"""Run an experiment and record it: the environment around it, what it printed, and what it left."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from ..error import EnvprobeError, UsageError
from ..fact import Fact, Section, Unknown, in_utf8
from ..fingerprint import Fingerprint, skip_reason
from ..probing.collect import Options, collect_from
from ..progress import Progress
from ..redaction import redact_arguments
from ..runs import Attempt, Run
from ..targets.interruption import orderly_end
from ..targets.opening import open_target
from ..targets.protocol import Target
from ..version import __version__
from . import datadigest, outputs
from .console import Live, Tail
from .digestcache import DigestCache, cache_path
from .listing import Listing
from .patch import read_patch, told_by_guest
from .workplace import Workplace, check_globs, open_workplace

"""Takes what is being waited for; an empty text while the command runs."""

INTERRUPTED = 130
LOCAL = "local://"
IN_ITS_OWN_FOLDER = "."
PYTHON = re.compile(r"(python|pypy)[0-9.]*")
LINE_LIMIT = 512
MADE_BY_THE_RUN = ("container.changes",)
"""Facts that any experiment changes: it writes its outputs."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run, and what is kept of it."""

    command: list[str]
    outputs: list[str] = []
    """Globs, relative to the folder where the command runs, or absolute."""
    data: list[str] = []
    """Files or folders that it reads: `PATH` or `NAME=PATH`."""
    seed_variable: str = ""
    """The environment variable that tells the command its seed."""
    first_seed: int = 0
    repeat: int = 1
    """How many times; each time the next seed."""
    copies: Path | None = None
    """Where copies of the outputs are kept."""
    copy_limit_bytes: int = 100 << 20
    """For all outputs of one attempt together."""


def run_experiment(reference: str, plan: Plan, options: Options, live: Live, say: Progress) -> Run:
    """Run an experiment in a target and return its record, a partial one where it was interrupted.

    `live` gets what the command prints, as it prints it. Raises UsageError, TargetError or ProbeError before anything is run.
    """
    check_globs(plan.outputs)
    if not plan.command or plan.repeat < 1:
        raise UsageError("nothing to run", "envprobe run --outputs metrics.json -- python train.py")
    with open_target(reference) as target:
        return _Experiment(target, plan, options, live, say).record()


def reference_of(command: Sequence[str]) -> str:
    """Return the local target whose interpreter a command runs: `python train.py` is rarely run by envprobe's own Python.

    A script counts by its first line. Without a Python in sight it is `local://`.
    """
    program = shutil.which(command[0])
    if program is None:
        return LOCAL
    name = Path(program).name
    if PYTHON.fullmatch(name):
        return LOCAL + str(Path(program).absolute())
    return LOCAL + _interpreter_of(Path(program))


def _interpreter_of(script: Path) -> str:
    """Return the Python that a script names in its first line; empty where it names none."""
    try:
        with script.open("rb") as stream:
            first = stream.readline(LINE_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""
    words = first[2:].split() if first.startswith("#!") else []
    if words and Path(words[0]).name == "env":
        words = [shutil.which(word) or "" for word in words[1:] if not word.startswith("-")]
    return words[0] if words and PYTHON.fullmatch(Path(words[0]).name) and Path(words[0]).is_absolute() else ""


def _which(plan: Plan, index: int, seed: int | None) -> str:
    """Return which of several runs comes next, as a line of its own; empty for a single one."""
    words = f"run {index + 1} of {plan.repeat}" + ("" if seed is None else f", seed {seed}")
    return f"{words}\n" if plan.repeat > 1 else ""


class _Experiment:
    """One experiment in an entered target."""

    def __init__(self, target: Target, plan: Plan, options: Options, live: Live, say: Progress) -> None:
        self._target, self._plan, self._live, self._say = target, plan, live, say
        self._workplace: Workplace = open_workplace(target)
        self._is_local = self._workplace.is_here
        if not self._is_local and any(map(datadigest.is_tracked, plan.data)):
            raise UsageError("--data dvc:…: DVC's files are read on this machine", "in a container, name the data itself")
        code = options.code or (str(Path.cwd()) if self._is_local else IN_ITS_OWN_FOLDER)
        data = () if self._is_local else tuple(plan.data)  # on this machine data.py reads it, with a cache
        self._options = msgspec.structs.replace(options, code=code, data=data, patch=not self._is_local, as_launched=False)
        self._interruption: BaseException | None = None

    def record(self) -> Run:
        """Look, run, look again."""
        started = _now()
        before = self._look(self._options)
        before, told = told_by_guest(before, os.environ)
        patch = read_patch(Path.cwd(), os.environ) if self._is_local else told
        attempts: list[Attempt] = []
        while len(attempts) < self._plan.repeat and self._interruption is None:
            attempts.append(self._attempt(len(attempts)))
        drift, reason = self._drift(before)
        run = Run(
            command=redact_arguments(self._plan.command, os.environ),
            outputs=self._plan.outputs,
            target="local://" if self._is_local else self._target.reference,
            seed_variable=self._plan.seed_variable,
            planned=self._plan.repeat,
            attempts=attempts,
            fingerprint=before,
            drift=drift,
            not_looked_after=reason,
            patch=patch,
            context={"recorded": started, "envprobe": __version__, "target": self._target.reference},
        )
        return msgspec.convert(in_utf8(msgspec.to_builtins(run)), Run)  # an argument or an output may be named in any bytes

    def _look(self, options: Options, known: Fingerprint | None = None) -> Fingerprint:
        found = collect_from(self._target, options, known, self._say)
        if not self._is_local or not self._plan.data:
            return found
        cache = DigestCache(cache_path())
        try:
            section, notes = datadigest.digest_data(self._plan.data, Path.cwd(), cache, self._say)
        finally:
            cache.close()
        context = {**found.context, "data": notes} if notes else found.context
        return msgspec.structs.replace(found, sections={**found.sections, "data": section}, context=context)

    def _attempt(self, index: int) -> Attempt:
        """Run the command once. What it wrote is described even where it failed or was interrupted."""
        plan = self._plan
        seed = plan.first_seed + index if plan.seed_variable else None
        there = self._workplace.list_files(plan.outputs)
        tail, started, began = Tail(self._live), _now(), time.monotonic()
        exit_status = self._command({} if seed is None else {plan.seed_variable: str(seed)}, tail, _which(plan, index, seed))
        context: dict[str, object] = {"started": started, "seconds": round(time.monotonic() - began, 3)}
        found = self._gather(there, index, context)
        return Attempt(
            state="complete" if self._interruption is None else "interrupted",
            exit_status=exit_status,
            seed=seed,
            outputs=found.outputs,
            stale=found.stale,
            unreadable=found.unreadable,
            missing=found.missing,
            console=tail.console(os.environ),
            context=context,
        )

    def _command(self, variables: Mapping[str, str], tail: Tail, which: str) -> int:
        """Run the command; what interrupts it is remembered, so that the record is still written."""
        self._say(which)
        try:
            with orderly_end():
                return self._workplace.run(self._plan.command, variables, tail)
        except (KeyboardInterrupt, SystemExit) as stop:
            self._interruption = stop
            return stop.code if isinstance(stop, SystemExit) and isinstance(stop.code, int) else INTERRUPTED

    def _gather(self, there: Listing, index: int, context: dict[str, object]) -> outputs.Harvest:
        """Describe the outputs and keep copies. A second Ctrl-C, while a partial record is made, leaves them out."""
        self._say("reading the outputs")
        copies = self._plan.copies and self._plan.copies.absolute() / (f"attempt-{index + 1}" if self._plan.repeat > 1 else "")
        try:
            with orderly_end(), tempfile.TemporaryDirectory(prefix="envprobe-") as folder:
                found = outputs.gather(self._workplace, there, Path(folder), copies, self._plan.copy_limit_bytes)
        except (KeyboardInterrupt, EnvprobeError) as error:
            if self._interruption is None and not isinstance(error, EnvprobeError):
                self._interruption = error
            reason = "interrupted" if isinstance(error, KeyboardInterrupt) else error.message
            return outputs.Harvest([], [], [], dict.fromkeys(self._plan.outputs, reason), [])
        if self._is_local:
            context["folder"] = str(Path.cwd())
        if copies:
            context["copies"] = str(copies)
        if found.not_copied:
            context["not_copied"] = found.not_copied
        return found

    def _drift(self, before: Fingerprint) -> tuple[dict[str, Section], str]:
        """Return the facts that changed, as they are now, or why they were not looked at."""
        if self._interruption is not None:
            return {}, "the experiment was interrupted"
        try:
            after = self._look(msgspec.structs.replace(self._options, benchmark="off", patch=False), before)
        except EnvprobeError as error:
            return {}, error.message
        except KeyboardInterrupt:
            return {}, "interrupted"
        return drifted(before, after), ""


def drifted(before: Fingerprint, after: Fingerprint) -> dict[str, Section]:
    """Return the facts that changed, as they are in `after`; what one of both could not tell, or any run changes, is no drift."""
    found: dict[str, Section] = {}
    for name in sorted(before.sections.keys() & after.sections.keys()):
        then, now = before.sections[name], after.sections[name]
        keys = sorted({*then.known, *now.known})
        changed = [key for key in keys if _is_drift(f"{name}.{key}", then.get(key), now.get(key), after)]
        if changed:
            known = {key: now.known[key] for key in changed if key in now.known}
            found[name] = Section(known=known, absent=[key for key in changed if key not in known])
    return found


def _is_drift(path: str, then: Fact, now: Fact, after: Fingerprint) -> bool:
    if isinstance(then, Unknown) or isinstance(now, Unknown) or then == now:
        return False
    return not skip_reason(path, after.skipped) and not any(fnmatchcase(path, glob) for glob in MADE_BY_THE_RUN)


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
