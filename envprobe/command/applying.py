"""Do what `fix` prints: in a copy of the target, or in place where that was asked for."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from ..causes.applying import IN_A_NEW_ONE, NewPackages, installer_calls, new_packages
from ..config import Config, load_config
from ..error import UsageError
from ..fingerprint import Fingerprint
from ..probing.collect import Options
from ..progress import Progress
from ..report import Verdict
from ..targets import virtual_environment
from ..targets.address import parse, shown
from ..trial.laboratory import ENGINES
from .applied import Applied, left
from .deriving import Asked, change_container, derive_fixed
from .environment import observe
from .fixing import planned

Agree = Callable[[Sequence[str]], bool]
"""Is shown the command lines that will be run in place, and says whether they may be."""


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
    """Bring a target to its baseline in a copy, and check that copy; the target is not touched.

    Of a virtual environment a new one is made at `folder`, else beside the old one; of a container or an image an image on top of
    it. Either is removed again where something fails. With `in_place` the packages of the target itself are changed, once that
    function agreed. Raises what `check` raises, UsageError for a target of which nobody can make a copy or that has nothing that
    could be brought nearer, and TargetError where that failed.
    """
    config, say = config or load_config(Path.cwd()), progress or (lambda words: None)
    reference = target or config.target
    if parse(reference).scheme in ENGINES:
        if folder is not None:
            raise UsageError(f"{reference}: its image is named after what is in it", "leave --output out")
        asked = Asked(reference, target, baseline, options, config, progress)
        return derive_fixed(asked, say) if in_place is None else change_container(asked, in_place, say)
    if parse(reference).scheme != "local":
        hint = f"print it: envprobe fix {shlex.quote(shown(reference))}"
        raise UsageError(f"{reference}: no copy of it can be made, so nothing is applied to it", hint)
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
    made, unmade = reference, []
    if in_place is not None:
        _change([virtual_environment.call(python, call.action, call.words) for call in calls], in_place, say, reference)
    else:
        packages = new_packages(observed.document, calls, virtual_environment.folders_of(root))
        made = f"local://{_make(python, (folder or root.with_name(f'{root.name}-fixed')).absolute(), packages, say)}"
        unmade = [f"install it from its own source: {words}" for words in packages.left]
    expected, observed = observe(made, baseline, options=options, config=config, progress=progress)
    report, plan = planned(expected, observed, made, baseline, options, config)
    return Applied(target=made, report=report, left=left([*unmade, *plan.commands, *plan.words, *plan.unhelped]))


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
