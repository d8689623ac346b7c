"""Ask a machine: send the probe into a target, read its answer, and join what is seen from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import msgspec

from ..error import ProbeError, TargetError
from ..fact import Known
from ..fingerprint import Fingerprint, proved_bytecode, read_fingerprint
from ..launched import launched_python
from ..progress import Progress
from ..redaction import redact_all, without_secrets
from ..targets import outside
from ..targets.address import parse
from ..targets.deadline import Deadline
from ..targets.interruption import ended_by
from ..targets.opening import open_target
from ..targets.protocol import Completed, Inspection, NoProgram, Target
from . import bundle, left_out, seen
from .answer import LIMIT_BYTES, NOISE_LIMIT_BYTES, read_answer
from .contradiction import without_what_is_contradicted
from .from_outside import held_against_outside

OUTSIDE_SECTIONS = ("image", "container")  # not the guest's to tell
INTEGRITY_SECTIONS = left_out.INTEGRITY
TAKEN = "taken from the baseline: same image, nothing changed in the container"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask the probe for."""

    integrity: bool = True
    """Hash the installed files."""
    benchmark: Literal["off", "quick", "full"] = "quick"
    """How much of the seeded benchmark to run."""
    timeout_s: float = 300
    """How long everything there may take together; of an experiment's target, each look at it."""
    sections: tuple[str, ...] | None = None
    """Collect these sections only; None for all."""
    as_launched: bool = True
    """Judge what runs there: a container's main process, a person's login. Off for what is itself an exec."""
    hash_key: str | None = None
    """Hexadecimal key for digests of what must not be recorded as it is."""
    code: str | None = None
    """A folder in the target whose git state is recorded."""
    patch: bool = False
    """Tell in the context, beside that state, what of the code is in no commit; never compared."""
    data: tuple[str, ...] = ()
    """Files or folders in the target whose digests are recorded."""
    core: int | None = None
    """Run the benchmark on one core alone, the first, second, … of those that the target may use; None for all."""
    gpu: int | None = None
    """And on one GPU alone; None for all that it sees."""

    @property
    def left_out(self) -> dict[str, str]:
        """Globs of the facts that are not asked for, with the reason."""
        return left_out.left_out(integrity=self.integrity, benchmark=self.benchmark != "off")


class Observation(msgspec.Struct, frozen=True):
    """What was found out about a target."""

    fingerprint: Fingerprint
    made: Inspection | None = None
    """How it was made, where it is a container: folders of the machine and secrets are in there, so it is recorded nowhere."""


def collect(reference: str, options: Options, known: Fingerprint | None = None, progress: Progress | None = None) -> Fingerprint:
    """Return the fingerprint of a target alone; see observe."""
    return observe(reference, options, known, progress).fingerprint


def observe(reference: str, options: Options, known: Fingerprint | None = None, progress: Progress | None = None) -> Observation:
    """Return what is to be known of a target, or of a `file://` that a colleague sent.

    `known` is a fingerprint of the same environment as it should be; see collect_from. Raises UsageError, TargetError,
    ProbeError, and for a file DocumentError.
    """
    address = parse(reference)
    if not address.row.opens:
        with ended_by(Deadline(options.timeout_s), _too_slow(reference)):
            return Observation(_read_file(address.place, address.reference))
    with open_target(reference, Deadline(options.timeout_s)) as target:
        return Observation(collect_from(target, options, known, progress or (lambda message: None)), target.made())


def collect_from(target: Target, options: Options, known: Fingerprint | None, say: Progress) -> Fingerprint:
    """Return the fingerprint of a target that was entered.

    When it runs the image that `known` was recorded from, and the outside vouches that no place on Python's path was changed
    or mounted over, the installed files are not hashed again: the sections of INTEGRITY_SECTIONS are `known`'s. Where they are,
    byte code of the standard library that `known` holds for proved is not compiled again.
    """
    if known is not None and options.integrity and _runs_image_of(target, known):
        fingerprint = _ask(target, msgspec.structs.replace(options, integrity=False), known, say)
        fingerprint = _with_integrity(target, options, fingerprint, known, say)
    else:
        fingerprint = _ask(target, options, known, say)
    inside = {name: section for name, section in fingerprint.sections.items() if name not in OUTSIDE_SECTIONS}
    wanted = {name: section for name, section in target.outside().items() if options.sections is None or name in options.sections}
    if "container" in wanted:
        wanted["container"] = outside.with_mounts_over(wanted["container"], seen.python_path(fingerprint))
    wanted = {name: without_secrets(section) for name, section in wanted.items()}  # of the rest the guest has taken care
    context = {**fingerprint.context, "target": redact_all({"reference": target.reference, **target.context})}
    found = msgspec.structs.replace(fingerprint, sections={**inside, **wanted}, context=context)
    found = without_what_is_contradicted(found)
    if fingerprint.context.get("integrity") != TAKEN:  # else the engine vouches for all of it
        found = held_against_outside(target, found)
    return seen.without_places(found)


def _read_file(place: str, reference: str) -> Fingerprint:
    path = Path(place).expanduser()
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT_BYTES + 1)
    except OSError as error:
        hint = "name a file that envprobe-probe.pyz or `envprobe probe` wrote"
        raise TargetError(f"{reference}: {error.strerror}", hint) from None
    return without_secrets(read_fingerprint(data, str(path)))


def _ask(target: Target, options: Options, known: Fingerprint | None, say: Progress) -> Fingerprint:
    """Run the probe once and read its answer; `say` what it is doing when everything is ready and only waiting is left."""
    nonce = os.urandom(16).hex()  # as secrets.token_hex, which brings hmac and random along
    asked: dict[str, Any] = msgspec.to_builtins(options)
    launch = target.launch if asked.pop("as_launched") else {}
    proved = proved_bytecode(known) if known is not None and options.integrity else {}
    request = {"nonce": nonce, **asked, **({"launch": launch} if launch else {}), **({"proved": proved} if proved else {})}
    line = bundle.line(request, is_here=target.reference.startswith("local://"))
    say(f"{target.reference}: recording {_wanted(options)}")
    completed = _run_python(target, line, target.deadline.left_s(options.timeout_s))
    with ended_by(target.deadline, _too_slow(target.reference)):
        answer = read_answer(completed, nonce, target.reference)
    if python := launched_python(answer):
        target.context["python"] = python
    passed_over = options.left_out  # a target does not decide what is left out of it
    return msgspec.structs.replace(answer, skipped={glob: why for glob, why in answer.skipped.items() if glob in passed_over})


def _too_slow(reference: str) -> ProbeError:
    return ProbeError(
        f"{reference}: what it answers cannot be read in time", "look at what speaks there; --timeout gives more time"
    )


def _wanted(options: Options) -> str:
    """Return what the probe is asked for, in a few words."""
    facts = [] if options.sections == ("integrity",) else ["facts"]
    files = ["hashes of installed files"] if options.integrity else []
    return " and ".join([", ".join([*facts, *files]), *(["the benchmark"] if options.benchmark != "off" else [])])


def _run_python(target: Target, stdin: bytes, timeout_s: float) -> Completed:
    """Run the stub with the first interpreter that is there."""
    missing: list[NoProgram] = []
    for python in target.pythons:
        try:
            completed = target.run([python, "-B", "-c", bundle.stub()], stdin, timeout_s, LIMIT_BYTES + NOISE_LIMIT_BYTES)
        except NoProgram as error:
            missing.append(error)
        else:
            target.context["python"] = python
            return completed
    if len(target.pythons) == 1:
        raise missing[0]
    raise TargetError(
        f"{target.reference}: no Python in it ({' and '.join(target.pythons)} are not on its PATH)",
        "the probe needs Python 3.6 or newer there; nothing else is needed",
    )


def _runs_image_of(target: Target, known: Fingerprint) -> bool:
    """Say whether `known` holds integrity facts of the very image that the target runs."""
    expected = known.get("image.id")
    return isinstance(expected, Known) and "integrity" in known.sections and target.image_id == expected.value


def _with_integrity(target: Target, options: Options, observed: Fingerprint, known: Fingerprint, say: Progress) -> Fingerprint:
    """Return the fingerprint with integrity facts: `known`'s where nothing can have changed them, else asked for."""
    places = seen.python_path(observed)
    if places and target.unchanged([*places, *seen.program_files(observed).values()]):
        say(f"{target.reference}: integrity {TAKEN}")
        source, context = known, {**observed.context, "integrity": TAKEN}
    else:
        only_integrity = msgspec.structs.replace(options, sections=("integrity",), benchmark="off")
        source = _ask(target, only_integrity, known, say)
        context = {**observed.context, **{name: source.context[name] for name in INTEGRITY_SECTIONS if name in source.context}}
    taken = {name: source.sections[name] for name in INTEGRITY_SECTIONS if name in source.sections}
    skipped = {glob: reason for glob, reason in observed.skipped.items() if glob.partition(".")[0] not in INTEGRITY_SECTIONS}
    return msgspec.structs.replace(observed, sections={**observed.sections, **taken}, skipped=skipped, context=context)
