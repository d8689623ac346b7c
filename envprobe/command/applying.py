"""Do what `fix` prints: in a new virtual environment beside the target's, or in place where that was asked for."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ..causes.applying import IN_A_NEW_ONE, NewPackages, installer_calls, new_packages
from ..config import Config, load_config
from ..error import UsageError
from ..fingerprint import Fingerprint
from ..probing.collect import Options
from ..progress import Progress
from ..report import Report, Verdict
from ..spelling import line
from ..targets import virtual_environment
from ..targets.address import parse
from .environment import observe
from .fixing import planned

LEFT_CHARACTERS = 2000
Agree = Callable[[Sequence[str]], bool]
"""Is shown the command lines that will be run in place, and says whether they may be."""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and what a check of it says."""

    target: str
    """How it is checked again: the reference of what was made, or of what was changed."""
    report: Report
    left: list[str] = []
    """What helps against what still differs, and what could not be installed: commands and words."""
    is_done: bool = True
    """False where there was nothing to do."""


def apply_fix(
    target: str | None = None,
    baseline: str | None = None,
    *,
    folder: Path | None = None,
    in_place: Agree | None = None,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> Applied:
    """Bring the packages of a virtual environment to a baseline's in a new one, and check that; the old one is not touched.

    The new one is made at `folder`, else beside the old one, and is removed again where something fails. With `in_place` the
    old one is changed, once that function agreed. Raises what `check` raises, UsageError for a target that is no virtual
    environment or has nothing that an installer could bring nearer, and TargetError where the installer failed.
    """
    config, say = config or load_config(Path.cwd()), progress or (lambda words: None)
    reference = target or config.target
    if parse(reference).scheme != "local":
        hint = f"print it: envprobe fix {shlex.quote(reference)}; for an image: --emit dockerfile"
        raise UsageError(f"{reference}: a fix is applied to a virtual environment of this machine alone", hint)
    expected, observed = observe(target, baseline, options=options, config=config, progress=progress)
    python = _python(observed.document)
    root = virtual_environment.root_of(python)
    report, plan = planned(expected, observed, target, baseline, options, config)
    calls, others = installer_calls(plan.commands)
    is_helped = bool(calls) or (in_place is None and any(row.path.startswith(IN_A_NEW_ONE) for row in report.differences))
    if not is_helped and report.verdict is Verdict.REPRODUCES:
        return Applied(target=reference, report=report, is_done=False)
    if not is_helped:
        what = "; ".join([*others, *plan.words]) or "nothing that differs is known to be fixed"
        raise UsageError(f"{reference}: nothing of what differs is an installed package", what)
    made, left = reference, []
    if in_place is not None:
        _change([virtual_environment.call(python, call.action, call.words) for call in calls], in_place, say, reference)
    else:
        packages = new_packages(observed.document, calls, virtual_environment.folders_of(root))
        made = f"local://{_make(python, (folder or root.with_name(f'{root.name}-fixed')).absolute(), packages, say)}"
        left = [f"install it from its own source: {words}" for words in packages.left]
    expected, observed = observe(made, baseline, options=options, config=config, progress=progress)
    report, plan = planned(expected, observed, made, baseline, options, config)
    left += [*plan.commands, *plan.words, *plan.unhelped]
    return Applied(target=made, report=report, left=[line(words, LEFT_CHARACTERS) for words in left])


def _python(observed: Fingerprint) -> str:
    target = observed.context.get("target")
    return str(target.get("python", "")) if isinstance(target, dict) else ""


def _change(lines: Sequence[list[str]], agree: Agree, say: Progress, reference: str) -> None:
    say("")  # a question stands still
    if not agree([shlex.join(words) for words in lines]):
        raise UsageError(f"{reference}: nothing was changed, because nobody agreed to it", "agree with --yes")
    for words in lines:
        say(shlex.join(words))
        virtual_environment.install(words)


def _make(python: str, folder: Path, packages: NewPackages, say: Progress) -> Path:
    say(f"making {folder}")
    with virtual_environment.new_environment(python, folder, has_pip="pip" not in packages.unneeded) as new:
        for call in packages.calls:
            say(f"installing {', '.join(call.items)}")
            virtual_environment.install(virtual_environment.call(new, call.action, call.words))
        for name in packages.unneeded:
            virtual_environment.remove(new, name)
    return folder
