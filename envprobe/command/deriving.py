"""A fix applied to a container or an image: an image on top of it, checked as it would be started; in place where asked for."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..assess.fix import changes_together
from ..baseline import Baseline
from ..causes import explain_report
from ..causes.applying import installer_calls, installer_line
from ..causes.fixing import FixPlan, plan_of
from ..causes.intervention import Intervention
from ..config import Config
from ..error import TargetError, UsageError
from ..fact import Known
from ..fingerprint import Fingerprint
from ..fixes import Fix
from ..probing.collect import Options, collect_from
from ..progress import Progress
from ..report import Report, Verdict
from ..targets.address import Address, parse, shown
from ..targets.deadline import Deadline
from ..targets.engine import speaking
from ..targets.host_config import with_options
from ..targets.interruption import orderly_end
from ..targets.opening import open_target
from ..targets.prompt import Prompt
from ..targets.setting import Changes, in_words
from ..trial.laboratory import ENGINES, OnEngine
from .applied import Applied, left
from .comparison import compare
from .environment import chosen, observe
from .fixed_image import image_for, start_of, variables_of
from .probing import needed_for, options_of
from .prompt import call_of, prompt_of
from .source import Source

if TYPE_CHECKING:
    pass

IN_PLACE_S = 1800
OUTPUT_BYTES = 1 << 24
LAST_WORDS = 600
OWN_IMAGE = (
    "image.id: it is an image of its own, with what the target has besides; that it is not the baseline's image is no finding"
    ' where the policy says so: "image.*" = "note"'
)


class Asked(NamedTuple):
    """What `fix --apply` was called for."""

    reference: str
    target: str | None
    baseline: str | None
    options: Options | None
    config: Config
    progress: Progress | None

    @property
    def shown(self) -> str:
        """The target, fit to be shown."""
        return shown(self.reference)

    def observe(self) -> tuple[Source[Baseline], Source[Fingerprint]]:
        """Probe it."""
        return observe(self.target, self.baseline, options=self.options, config=self.config, progress=self.progress)

    def compare(self, expected: Source[Baseline], observed: Source[Fingerprint]) -> Report:
        """Hold what was observed against the baseline."""
        return compare(expected, observed, config=self.config, left_out=(self.options or Options()).left_out)


class _Todo(NamedTuple):
    """What brings a target to its baseline."""

    commands: list[str]
    """What is run in the image, as root."""
    changes: Changes
    """Other options of `docker run`."""
    is_same_image: bool


def derive_fixed(asked: Asked, say: Progress) -> Applied:
    """Make an image on top of a target's, and check a container of it that is started as the target is; or of the target's own
    image, where that is the baseline's: then what was changed in a container is not in it.

    The image is named after all that decides what is in it. Where anything fails, or on a signal, it is removed again.
    """
    expected, observed = asked.observe()
    report = asked.compare(expected, observed)
    todo = _todo(report, expected, observed, asked)
    if not todo.commands and not todo.changes and not _is_fresh_better(report, todo, asked.reference):
        if report.verdict is Verdict.REPRODUCES:
            return Applied(target=asked.reference, report=report, is_done=False)
        plan = _plan(report, observed.document, todo.is_same_image)
        what = "; ".join([*plan.words, *plan.commands]) or "nothing that differs is known to be fixed"
        raise UsageError(f"{asked.shown}: nothing of what differs can be brought nearer in an image of it", what)
    address = parse(asked.reference)
    engine, _ = ENGINES[address.scheme]
    with ExitStack() as stack:
        stack.enter_context(orderly_end())
        client = stack.enter_context(engine.connect(asked.reference, Deadline()))
        stack.enter_context(speaking(asked.reference))
        start = start_of(client, address)
        variables = {} if todo.is_same_image else variables_of(start, todo.changes)
        name = stack.enter_context(image_for(client, start, todo.commands, variables, say))
        place = Address(engine.image_scheme, name)
        config = with_options(start.config, todo.changes)
        checked = _checked(asked, expected, OnEngine(engine, place, config, observed.document), name, say)
        report = asked.compare(expected, checked)
        is_own = name != start.name
        return Applied(
            target=place.reference,
            report=report,
            start=_start_line(observed.prompt, address, name if is_own else "", start.name, todo.changes),
            is_new=is_own,
            left=_left(report, checked.document, is_own),
        )


def change_container(asked: Asked, agree: Callable[[Sequence[str]], bool], say: Progress) -> Applied:
    """Install and remove packages in a running container, once somebody agreed, and check it."""
    if not ENGINES[parse(asked.reference).scheme][1]:
        raise UsageError(f"{asked.shown}: an image is never changed in place", "leave --in-place out")
    expected, observed = asked.observe()
    report = asked.compare(expected, observed)
    commands = _installing(report, expected, observed, asked)
    if not commands:
        raise UsageError(
            f"{asked.shown}: nothing of what differs is an installed package",
            "leave --in-place out, or see: envprobe fix",
        )
    say("")  # a question stands still
    if not agree([f"in {asked.reference}: {command}" for command in commands]):
        raise UsageError(f"{asked.reference}: nothing was changed, because nobody agreed to it", "agree with --yes")
    with open_target(asked.reference, Deadline(IN_PLACE_S)) as target:
        for command in commands:
            say(command)
            done = target.run(shlex.split(command), b"", IN_PLACE_S, OUTPUT_BYTES)
            if done.returncode or done.timed_out:
                said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[-LAST_WORDS:]
                raise TargetError(f"{asked.reference}: {command}: ended with status {done.returncode}: {said}")
    expected, observed = asked.observe()
    report = asked.compare(expected, observed)
    plan = _plan(report, observed.document, is_same_image=False)
    return Applied(target=asked.reference, report=report, left=left([*plan.commands, *plan.words, *plan.unhelped]))


# -- what is to be done ------------------------------------------------------------------------------------------------


def _todo(report: Report, expected: Source[Baseline], observed: Source[Fingerprint], asked: Asked) -> _Todo:
    wanted = expected.document.fingerprint
    there = observed.document.get("image.id")
    is_same = wanted is not None and isinstance(there, Known) and wanted.get("image.id") == there
    prompt = observed.prompt or Prompt()
    engine = ENGINES[parse(asked.reference).scheme][0].tool
    changes = changes_together(_gated(report), msgspec.structs.replace(prompt, scheme=engine))
    return _Todo([] if is_same else _installing(report, expected, observed, asked), changes, is_same)


def _gated(report: Report) -> list[Any]:
    """Return the differences that are more than a note, and what they follow from."""
    severe = [row for row in report.differences if row.severity.value in ("fail", "warn")]
    causes = {row.because or row.path for row in severe}
    return [row for row in report.differences if row.path in causes or row in severe]


def _installing(report: Report, expected: Source[Baseline], observed: Source[Fingerprint], asked: Asked) -> list[str]:
    """Return what an installer is to do in the target, without dependencies of its own choice: the set is whole."""
    prompt = observed.prompt or Prompt()
    installer = msgspec.structs.replace(prompt.installer, is_writable=True)
    inside = msgspec.structs.replace(prompt, scheme="local", place="", line=None, installer=installer)
    there = msgspec.structs.replace(observed, prompt=inside)
    seen = asked.compare(expected, there)
    calls, _ = installer_calls(plan_of(explain_report(seen, observed.document).causes).commands)
    return [installer_line(call, installer) for call in calls]


def _is_fresh_better(report: Report, todo: _Todo, reference: str) -> bool:
    """Say whether a container of the baseline's image has something in it that a new one has not."""
    is_container = ENGINES[parse(reference).scheme][1]
    return todo.is_same_image and is_container and report.verdict is not Verdict.REPRODUCES


def _plan(report: Report, observed: Fingerprint, is_same_image: bool) -> FixPlan:
    return plan_of(explain_report(report, observed).causes, is_same_image=is_same_image)


# -- its check ---------------------------------------------------------------------------------------------------------


def _checked(asked: Asked, expected: Source[Baseline], laboratory: OnEngine, image: str, say: Progress) -> Source[Fingerprint]:
    wanted = needed_for(expected.document, options_of(asked.options, asked.config))
    unchanged = Intervention(path="", words="")
    with laboratory.copy(unchanged, Deadline(wanted.timeout_s)) as copy:
        found = collect_from(copy, wanted, expected.document.fingerprint, say)
    reference = copy.reference
    call = call_of(reference, chosen(asked.baseline, asked.config), asked.options, asked.config)
    return Source(found, f"{image}, started as {asked.shown}", prompt=prompt_of(reference, found, call))


def _left(report: Report, observed: Fingerprint, is_own: bool) -> list[str]:
    """Return what helps against what still differs; that an image of its own is another one needs no help."""
    rest = [row for row in report.differences if not (is_own and row.path.startswith("image."))]
    is_another = is_own and any(row.path.startswith("image.") and row.severity in report.gate for row in report.differences)
    plan = _plan(msgspec.structs.replace(report, differences=rest), observed, is_same_image=False)
    return left([*([OWN_IMAGE] if is_another else []), *plan.commands, *plan.words, *plan.unhelped])


def _start_line(prompt: Prompt | None, address: Address, made: str, image: str, changes: Changes) -> str:
    """Return what starts it: for a container what makes it anew, else a first `docker run`."""
    engine, is_container = ENGINES[address.scheme]
    if is_container:
        fix = prompt.remade(changes, made) if prompt is not None else Fix(f"start it anew {in_words(changes)}")
        return fix.text
    kept: Changes = {("--env", setting.partition("=")[0]): [setting] for setting in address.options.get("env", [])}
    kept |= {(f"--{name}", ""): [address.option(name)] for name in ("gpus",) if address.option(name)}
    kept |= {("--cpuset-cpus", ""): [address.option("cpuset")]} if address.option("cpuset") else {}
    kept |= changes
    typed = [" ".join([key[0], *(shlex.quote(word) for word in words)]) for key, words in kept.items() if words is not None]
    return " ".join([engine.tool, "run", "--rm", "-it", *typed, shlex.quote(made or image)])
