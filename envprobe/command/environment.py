"""Probe an environment, compare it with a baseline, and compare any two documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from .. import store
from ..baseline import Baseline
from ..call import Call
from ..carrier import is_reference
from ..claim import parse_claim
from ..config import Config, load_config
from ..error import NoBaseline, StoreError, UsageError
from ..fingerprint import Fingerprint
from ..probing import collect
from ..probing.collect import Options
from ..progress import Progress
from ..report import Report
from ..targets.address import shown
from .comparison import compare
from .probing import needed_for, options_of
from .prompt import call_of, name_for, prompt_of
from .source import Document, Source, as_baseline, open_baseline, open_source

if TYPE_CHECKING:
    from ..claim import Claim
    from ..runs import Run


def probe(
    target: str | None = None, *, options: Options | None = None, config: Config | None = None, progress: Progress | None = None
) -> Fingerprint:
    """Return the fingerprint of a target; nothing is stored. Raises TargetError or ProbeError."""
    config = config or load_config(Path.cwd())
    return collect.collect(target or config.target, options_of(options, config), progress=progress)


def check(
    target: str | None = None,
    baseline: str | None = None,
    *,
    options: Options | None = None,
    config: Config | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    today: date | None = None,
    run: str | Path | Run | None = None,
    claims: Sequence[str] | None = None,
    located: bool = False,
) -> Report:
    """Compare a target with a baseline, by name or path. Never records: a missing baseline raises StoreError.

    With `run`, or a tracker's run as the target, nothing is probed: the recorded experiment is compared with a baseline or with
    another run, of which `claims` may be made, such as `metrics.json:accuracy >= +0.05`; without any, two runs are held against
    those of the configuration. Where the report is to be `located`, it says on which lines of a file the baseline speaks of its
    facts.
    """
    config = config or load_config(Path.cwd())
    if run is not None and target is not None:
        raise UsageError(f"{target} would be probed, and a run is recorded already", "give one of them")
    if run is None and is_reference(target):
        run = target
    if run is not None:
        left, right = open_baseline(chosen(baseline, config), config, beside_run=True), open_source(run, config)
        made = _claims(claims, config, left.document, right.document)
        left_out = (options or Options()).left_out
        return compare(left, right, config=config, strict=strict, today=today, located=located, claims=made, left_out=left_out)
    if claims:
        hint = "name the new one with --run, the old one with --baseline"
        raise UsageError("a claim is about recorded runs, and a target is none", hint)
    expected, observed = observe(target, baseline, options=options, config=config, progress=progress)
    left_out = (options or Options()).left_out
    return compare(expected, observed, config=config, strict=strict, today=today, located=located, left_out=left_out)


def _claims(claims: Sequence[str] | None, config: Config, expected: Document, observed: Document) -> Sequence[Claim]:
    """Return what is claimed: as it was asked for, else what the configuration says of any two runs."""
    if claims is not None:
        return [parse_claim(text) for text in claims]
    are_runs = not isinstance(expected, Baseline | Fingerprint) and not isinstance(observed, Baseline | Fingerprint)
    return config.claims if are_runs else ()


def observe(
    target: str | None = None,
    baseline: str | None = None,
    *,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> tuple[Source[Baseline], Source[Fingerprint]]:
    """Return a baseline and the fingerprint of a target, probed for what that baseline speaks of; for `compare`.

    The file of a run serves as a baseline: as the environment that it was made in.
    """
    config = config or load_config(Path.cwd())
    name = chosen(baseline, config, target)
    call = call_of(target, name, options, config)
    expected = as_baseline(_open(_beside(name, target, options, config), config, call))
    wanted = needed_for(expected.document, options_of(options, config))
    reference = target or config.target
    found = collect.observe(reference, wanted, known=expected.document.fingerprint, progress=progress)
    prompt = prompt_of(reference, found.fingerprint, call, found.made)
    return expected, Source(found.fingerprint, shown(reference), prompt=prompt)


def _beside(name: str, target: str | None, options: Options | None, config: Config) -> str:
    """Return a baseline's name as it is, or for `image`, where no baseline is called so, the URL beside the target's image."""
    from .beside_image import NAME, url_beside  # asks an engine

    if name != NAME or store.lookup(name, config.baselines_folder, config.revision) is not None:
        return name
    return url_beside(target or config.target, (options or Options()).timeout_s)


def _open(name: str, config: Config, call: Call) -> Source[Document]:
    """Open what is to be compared with. Where there is no such baseline, the hint is what records it of the target."""
    try:
        return open_baseline(name, config)
    except NoBaseline as error:
        if config.revision is not None:
            raise
        raise NoBaseline(error.message, f"{error.hint}\nor record it: {call.record(name)}") from None


def diff(
    expected: str | Path | Document,
    observed: str | Path | Document,
    *,
    options: Options | None = None,
    config: Config | None = None,
    strict: bool = False,
    today: date | None = None,
    located: bool = False,
) -> Report:
    """Compare any two of: a baseline (by name, path or value), a fingerprint, a run, an answer of the probe.

    Of two runs the outputs are compared too. `options` say what is not asked for; what one document alone left out is unknown.
    """
    config = config or load_config(Path.cwd())
    left, right = open_source(expected, config, config.revision), open_source(observed, config)
    left_out = (options or Options()).left_out
    return compare(left, right, config=config, strict=strict, today=today, located=located, left_out=left_out)


def chosen(baseline: str | None, config: Config, target: str | None = None) -> str:
    """Return which baseline is meant. Raises StoreError where that is unknown, with what is typed instead."""
    name = baseline or config.baseline
    if name:
        return name
    there = sorted(path.stem for path in config.baselines_folder.glob("*.json"))
    if len(there) == 1:
        return there[0]
    if there:
        hint = f"name one, as in: {call_of(target, there[0], None, config).check()}"
        raise StoreError(f"{config.baselines_folder}: which baseline? there are {', '.join(there)}", hint)
    hint = f"record one: {call_of(target, '', None, config).record(name_for(target))}"
    raise NoBaseline(f"{config.baselines_folder}: no baseline is recorded", hint)
