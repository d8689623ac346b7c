"""Two documents to a report, under the rules of the default policy, of the baseline and of the configuration."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING

from ..baseline import Baseline
from ..config import Config
from ..error import UsageError
from ..fact import in_utf8
from ..fingerprint import Fingerprint
from ..installation import calling
from ..policy import DEFAULT, overlay, read_policy
from ..report import PolicySource, Report
from .source import Document, Source

if TYPE_CHECKING:
    from ..output import OutputComparison

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
) -> Report:
    """Compare two documents; later rules lie over earlier ones. Of two runs the outputs are compared too.

    By their files, where these are still as they were recorded; `not_kept` says what to do where they are not. Where the report
    is to be `located`, it says on which lines of a file the expected side speaks of its facts. Raises UsageError where what was
    observed is a declared baseline.
    """
    from ..assess import assess  # what judges is loaded while the target answers

    seen = observed.document.fingerprint if isinstance(observed.document, Baseline) else observed.document
    if seen is None:
        raise UsageError(
            f"{observed.name} is a declared baseline; it can only stand first",
            f"{calling()} {shlex.join(['diff', observed.name, expected.name])}",
        )
    policy, waivers = DEFAULT, list(config.waivers)
    if isinstance(expected.document, Baseline):
        policy = overlay(policy, read_policy(expected.document.policy, expected.document.name))
        waivers += expected.document.waivers
    policy = overlay(policy, config.policy)
    if located:
        from .location import locate
    return assess(
        expected.document,
        seen,
        policy=policy,
        waivers=waivers,
        names=(in_utf8(expected.name), in_utf8(observed.name)),
        prompt=observed.prompt,
        outputs=_outputs(expected.document, seen, config, not_kept),
        location=locate(expected) if located else None,
        policy_from=PolicySource(config.revision.name, config.revision.commit) if config.revision else None,
        strict=strict,
        today=today or datetime.now(timezone.utc).date(),
    )


def _outputs(expected: Document, observed: Document, config: Config, not_kept: str) -> Sequence[OutputComparison]:
    if isinstance(expected, Baseline | Fingerprint) or isinstance(observed, Baseline | Fingerprint):
        return ()
    from ..experiment.compare import compare_experiments

    return compare_experiments(expected, observed, config.outputs, not_kept)
