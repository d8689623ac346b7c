"""A server says whether it works.

Why: an engine restarts what ended, not what hangs.

Example: an image that serves on a port, without HEALTHCHECK

Fix: `HEALTHCHECK CMD curl -fs http://localhost:8888/api || exit 1`

Source: Dockerfile reference; CIS Docker Benchmark 4.6. A note: Kubernetes ignores it, and experts disagree.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import NOTE, found
from ..model import AuditedFile, AuditFinding
from ..query import launch_runs_jupyter

RULE = "healthcheck"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield servers that nobody asks whether they work."""
    final = file.final
    if final is not None and file.kind == "dockerfile":
        keywords = {one.keyword for stage in final.lineage() for one in stage.instructions}
        if "EXPOSE" in keywords and "HEALTHCHECK" not in keywords:
            line = next(one.line for stage in final.lineage() for one in stage.instructions if one.keyword == "EXPOSE")
            yield found(
                RULE,
                NOTE,
                line,
                "EXPOSE without HEALTHCHECK",
                "nobody notices a server that hangs",
                "HEALTHCHECK CMD curl -fs http://localhost:8888/api || exit 1",
            )
    for launch in file.launches:
        if launch.source == "compose" and launch_runs_jupyter(launch) and launch.get("healthcheck") is None:
            yield found(
                RULE,
                NOTE,
                launch.line,
                launch.name,
                "nobody notices a server that hangs",
                "healthcheck: {test: curl -fs http://localhost:8888/api}",
            )
