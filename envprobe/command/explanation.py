"""Why a target differs from a baseline, or why something does not run: `explain`."""

from __future__ import annotations

from pathlib import Path

from ..causes import explain_report, explain_traceback
from ..causes.cause import Explanation
from ..causes.failure import LIMIT
from ..config import Config, load_config
from ..error import UsageError
from ..probing.collect import Options
from ..progress import Progress
from ..redaction import redact
from .comparison import compare
from .environment import observe


def explain(
    target: str | None = None,
    baseline: str | None = None,
    *,
    traceback: str | Path | None = None,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Return the causes of what differs between a target and a baseline, the likeliest first; nothing is proved by it.

    With `traceback`, a file that ends in one, nothing is probed: the causes are those that rules know for what is raised. Raises
    what `check` raises, and UsageError where a traceback cannot be read.
    """
    if traceback is not None:
        if target is not None or baseline is not None:
            hint = "leave the target and the baseline out, or the traceback"
            raise UsageError("a traceback is read by itself, and a target is probed", hint)
        return explain_traceback(redact(_text_of(Path(traceback))), redact(str(traceback)))
    config = config or load_config(Path.cwd())
    expected, observed = observe(target, baseline, options=options, config=config, progress=progress)
    report = compare(expected, observed, config=config, left_out=(options or Options()).left_out)
    return explain_report(report, observed.document)


def _text_of(path: Path) -> str:
    """Return the end of a file. Raises UsageError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            if stream.seekable():
                stream.seek(max(stream.seek(0, 2) - LIMIT, 0))
                return stream.read(LIMIT).decode("utf-8", "replace")
            end = b""
            for piece in iter(lambda: stream.read(LIMIT), b""):  # a pipe: `python train.py 2>&1 | envprobe explain …`
                end = (end + piece)[-LIMIT:]
            return end.decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", "name a file that ends in the traceback") from None
