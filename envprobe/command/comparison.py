"""Two documents to a report, under the rules of the default policy, of the baseline and of the configuration."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..baseline import Baseline
from ..config import Config
from ..error import UsageError
from ..fact import in_utf8
from ..fingerprint import Fingerprint
from ..installation import calling
from ..policy import DEFAULT, Policy, overlay, read_policy
from ..report import PolicySource, Report
from .source import Document, Source

if TYPE_CHECKING:
    from ..claim import Claim
    from ..evidence import Evidence

NOT_KEPT = "the output is no longer as it was recorded; keep copies of the next one: --copy-outputs copies"


def compare(
    expected: Source[Document],
    observed: Source[Document],
    *,
    config: Config,
    strict: bool = False,
    today: date | None = None,
    located: bool = False,
    not_kept: str = NOT_KEPT,
    claims: Sequence[Claim] = (),
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    """Compare two documents; later rules lie over earlier ones. Of two runs the outputs are compared too.

    By their files, where these are still as they were recorded; `not_kept` says what to do where they are not, and `claims` what
    is claimed of the second run beside the first. `left_out` are the facts that this caller does not ask for: what one document
    alone lacks besides is unknown. Where the report is to be `located`, it says on which lines of a file the expected side speaks
    of its facts. Raises UsageError where what was observed is a declared baseline, or where a claim is about no metric of two
    runs.
    """
    from ..assess import assess  # what judges is loaded while the target answers

    seen = observed.document.fingerprint if isinstance(observed.document, Baseline) else observed.document
    if seen is None:
        raise UsageError(
            f"{observed.name} is a declared baseline; it can only stand first",
            f"{calling()} {shlex.join(['diff', observed.name, expected.name])}",
        )
    waivers = list(config.waivers)
    if isinstance(expected.document, Baseline):
        waivers += expected.document.waivers
    if located:
        from .location import locate
    wanted, policy = expected.document, policy_of(expected, config)
    if config.profile is not None and isinstance(wanted, Baseline):
        from .profile import held_policy, profile_of, with_profile  # few projects have one

        variables = profile_of(config)
        wanted, policy = with_profile(wanted, variables), held_policy(policy, variables)
    return assess(
        wanted,
        seen,
        policy=policy,
        waivers=waivers,
        names=(in_utf8(expected.name), in_utf8(observed.name)),
        prompt=observed.prompt,
        evidence=_evidence(expected, observed, config, not_kept, claims),
        location=locate(expected) if located else None,
        policy_from=PolicySource(config.revision.name, config.revision.commit) if config.revision else None,
        strict=strict,
        left_out=left_out,
        today=today or datetime.now(timezone.utc).date(),
    )


def policy_of(expected: Source[Document], config: Config) -> Policy:
    """Return the rules under which something is compared with a document: the default, a baseline's own, the configuration's."""
    policy = DEFAULT
    if isinstance(expected.document, Baseline):
        policy = overlay(policy, read_policy(expected.document.policy, expected.document.name))
    return overlay(policy, config.policy)


def _evidence(
    expected: Source[Document], observed: Source[Document], config: Config, not_kept: str, claims: Sequence[Claim]
) -> Evidence:
    """Return what two runs say of each other. Raises UsageError where something is claimed and one of them is no run."""
    ours, theirs = expected.document, observed.document
    if not isinstance(ours, Baseline | Fingerprint) and not isinstance(theirs, Baseline | Fingerprint):
        from ..experiment.compare import compare_experiments

        return compare_experiments(ours, theirs, config.outputs, not_kept, claims)
    if claims:
        source = observed if isinstance(theirs, Baseline | Fingerprint) else expected
        hint = "name the files that envprobe run wrote: the new one with --run, the old one with --baseline"
        raise UsageError(f"{source.name} is no run, and a claim compares the runs of two experiments", hint)
    from ..evidence import Evidence

    return Evidence()
