"""A recorded experiment, `envprobe.run/1`: the command, the environment before and after, the code, the data, the outputs."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Literal

import msgspec

from . import document, fingerprint
from .error import DocumentError
from .fact import Section, Value, canonical, sha256
from .fingerprint import Fingerprint
from .output import OutputDescription
from .output.description import LATER_MEMBERS

FAMILY = "envprobe.run/"
SCHEMA = FAMILY + "1"
EDITED = "the file was edited or damaged after it was recorded; take the original, or record the experiment again"
INTERRUPTED = "the experiment was interrupted before its end"
SECTION = "run"
NUMBER_LIMIT = 400
"""Digits of an integer: Python converts no more than 4,300, and no float needs as many."""


class Console(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of what the command printed: safe to show, secrets redacted."""

    lines: list[str] = []
    size_bytes: int = 0
    """How much it printed in all."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One time that the command ran."""

    state: Literal["complete", "interrupted"] = "complete"
    exit_status: int
    """Negative for the signal that ended it."""
    seed: int | None = None
    """What the seed's variable was set to; None where none was asked for."""
    outputs: list[OutputDescription] = []
    """Of the files that this attempt wrote, by name."""
    stale: list[str] = []
    """Files that match, but lay there before and were not written."""
    unreadable: dict[str, str] = {}
    """Outputs that could not be described, with the reason."""
    missing: list[str] = []
    """Globs for which nothing was written."""
    console: Console = Console()
    context: dict[str, Any] = {}
    """`started`, `seconds`, `folder` (where the outputs lie), `copies`, `not_copied`; never compared."""

    @property
    def succeeded(self) -> bool:
        """Whether the command came to its end and said that all went well."""
        return self.state == "complete" and self.exit_status == 0


class Patch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of the code is in no commit, and from where the branch forked."""

    text: str = ""
    """The first part of `git diff`, secrets redacted."""
    digest: str = ""
    """Of the whole patch, unredacted, in a container of the names and contents that differ; empty where nothing does."""
    size_bytes: int = 0
    untracked: list[str] = []
    """The first files that git does not know and does not ignore."""
    upstream: str = ""
    """The branch that this one follows; empty where there is none."""
    fork_point: str = ""
    """The last commit that both have."""
    note: str = ""
    """What is unknown, and why."""


class Run(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """One experiment, run once or several times."""

    command: list[str]
    """As it was typed, secrets redacted."""
    outputs: list[str] = []
    """The globs that name its outputs."""
    target: str = "local://"
    seed_variable: str = ""
    planned: int = 1
    """How many attempts were asked for."""
    attempts: list[Attempt]
    fingerprint: Fingerprint
    """The environment before the first attempt, with the sections `code` and `data`."""
    drift: dict[str, Section] = {}
    """The facts that had changed after the last attempt, as they were then."""
    not_looked_after: str = ""
    """Why the environment was not looked at afterwards; empty where it was."""
    patch: Patch = Patch()
    context: dict[str, Any] = {}
    """When, where and by which envprobe; never compared."""

    @cached_property
    def id(self) -> str:
        """What two runs of the same command in the same environment share where they left the same outputs.

        Consoles, durations, places and the patch's redacted text do not count.
        """
        body = msgspec.to_builtins(self)
        for name in ("context", "fingerprint", "patch"):
            del body[name]
        for attempt in body["attempts"]:
            del attempt["context"], attempt["console"], attempt["stale"]
            for output in attempt["outputs"]:
                _drop_empty(output, LATER_MEMBERS)
                del output["histories"]  # the digest speaks for them
        return sha256(canonical({"schema": SCHEMA, "fingerprint": self.fingerprint.id, "patch": self.patch.digest, **body}))

    @property
    def state(self) -> str:
        """`complete`, or `interrupted` where an attempt was cut off or left out."""
        is_complete = len(self.attempts) == self.planned and all(attempt.state == "complete" for attempt in self.attempts)
        return "complete" if is_complete else "interrupted"

    @property
    def exit_status(self) -> int:
        """That of the first attempt that failed, else 0."""
        return next((attempt.exit_status for attempt in self.attempts if attempt.exit_status), 0)

    @property
    def environment(self) -> Fingerprint:
        """The fingerprint with a section that says what was run: compared like any other."""
        return msgspec.structs.replace(self.fingerprint, sections={**self.fingerprint.sections, SECTION: self._facts()})

    def _facts(self) -> Section:
        known: dict[str, Value] = {"command": shlex.join(self.command)}
        absent, unknown = [], {}
        seeds = [attempt.seed for attempt in self.attempts if attempt.seed is not None]
        if self.seed_variable and seeds:
            known["seed"] = f"{self.seed_variable}={seeds[0]}"
        else:
            absent.append("seed")
        if self.state == "complete":
            known["exit_status"] = self.exit_status
        else:
            unknown["exit_status"] = INTERRUPTED
        return Section(known=known, absent=absent, unknown=unknown)

    @property
    def environment_after(self) -> Fingerprint:
        """The environment after the last attempt."""
        sections = dict(self.fingerprint.sections)
        for name, changed in self.drift.items():
            before = sections.get(name, Section())
            known = {key: value for key, value in before.known.items() if key not in changed.absent}
            absent = sorted({*(key for key in before.absent if key not in changed.known), *changed.absent})
            sections[name] = Section(known={**known, **changed.known}, absent=absent, unknown=before.unknown)
        return msgspec.structs.replace(self.fingerprint, sections=sections)


def to_json(run: Run) -> bytes:
    """Return the run as reviewable JSON: sorted, indented, the same bytes for the same run."""
    body = msgspec.to_builtins(run)
    body["fingerprint"] = msgspec.json.decode(fingerprint.to_json(run.fingerprint))
    return fingerprint.encode({"schema": SCHEMA, "id": run.id, **body})


def from_value(value: Any, where: str) -> Run:
    """Read a parsed run; its own id and its fingerprint's must be true. Raises DocumentError."""
    document.check_schema(value, SCHEMA, where)
    body = {name: member for name, member in value.items() if name not in ("schema", "id")}
    document.refuse(where, [] if "fingerprint" in body else ["fingerprint: missing"])
    found = fingerprint.from_value(body["fingerprint"], f"{where}: fingerprint")
    bare = {name: member for name, member in msgspec.to_builtins(found).items() if name not in ("schema", "id")}
    run = msgspec.structs.replace(document.convert({**body, "fingerprint": bare}, Run, where), fingerprint=found)
    document.refuse(where, list(_faults(run)))
    if value.get("id") != run.id:
        raise DocumentError(f"{where}: id: says {str(value.get('id'))[:80]}, but what it holds gives {run.id}", EDITED)
    return run


def _faults(run: Run) -> Iterator[str]:
    if not run.command:
        yield "command: empty"
    for name, section in run.drift.items():
        yield from (f"drift.{name}.{fault}" for fault in section.faults())
    seeds = [attempt.seed for attempt in run.attempts if attempt.seed is not None]
    if len(set(seeds)) != (len(run.attempts) if run.seed_variable else 0):
        yield "attempts: each has a seed of its own where there is a variable for it, and none has one where there is not"
    for index, attempt in enumerate(run.attempts):
        counts = Counter(output.name for output in attempt.outputs)
        yield from (f"attempts[{index}].outputs: {name[:80]!a} twice" for name, count in sorted(counts.items()) if count > 1)
        for output in attempt.outputs:
            yield from (
                f"attempts[{index}].outputs: {output.name[:80]!a}: metrics.{path[:80]}: no number"
                for path, text in output.metrics.items()
                if not _is_number(text)
            )
            yield from (
                f"attempts[{index}].outputs: {output.name[:80]!a}: histories.{path[:80]}: as many numbers as steps are needed"
                for path, series in output.histories.items()
                if len(series.steps) != len(series.values) or not all(map(_is_number, series.values))
            )


def _drop_empty(members: dict[str, object], names: Iterable[str]) -> None:
    for name in names:
        if not members[name]:
            del members[name]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return len(text) <= NUMBER_LIMIT
