"""Small recorded experiments for tests."""

from __future__ import annotations

from typing import Any

from envprobe.output import OutputDescription
from envprobe.runs import Attempt, Run
from tests.support.sample import fingerprint

ZEROS = "0" * 64


def described(
    name: str = "metrics.json", *, parts: dict[str, str] | None = None, digest: str = "", **metrics: float
) -> OutputDescription:
    """Return the description of a JSON file with these numbers; its digest follows from them unless it is given."""
    texts = {path: repr(value) for path, value in metrics.items()}
    return OutputDescription(
        name=name,
        type="json",
        size_bytes=100,
        digest=digest or f"sha256:{sorted(texts.items())}{sorted((parts or {}).items())}",
        metrics=texts,
        parts=parts or {},
        is_complete=True,
    )


def attempt(*outputs: OutputDescription, **given: Any) -> Attempt:
    """Return an attempt that ended well."""
    return Attempt(outputs=list(outputs), **{"exit_status": 0, **given})


def run(*attempts: Attempt, **given: Any) -> Run:
    """Return a complete run of `python train.py` in the sample's environment."""
    members: dict[str, Any] = {"command": ["python", "train.py"], "outputs": ["*.json"], "fingerprint": fingerprint()}
    return Run(attempts=list(attempts), planned=given.pop("planned", len(attempts)), **{**members, **given})


def seeded(values: list[float], first_seed: int = 0, **given: Any) -> Run:
    """Return a run repeated with one seed after another, each of which left one accuracy."""
    attempts = [attempt(described(accuracy=value), seed=first_seed + index) for index, value in enumerate(values)]
    return run(*attempts, seed_variable="SEED", **given)
