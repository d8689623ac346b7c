"""A start script: the same for a colleague who has no envprobe."""

from __future__ import annotations

import shlex

from ..plan import EnvironmentPlan
from . import docker
from .words import STATE, head

START = """\
#!/bin/sh
# {head}
# Started from the project's folder, or with that as its argument.
set -eu
cd "${{1:-.}}"
if {tool} container inspect {name} >/dev/null 2>&1; then
    {tool} start {name} >/dev/null
    echo "{name} is there already; to make it anew: {tool} rm -f {name}" >&2
else
"""


def render(plan: EnvironmentPlan) -> str:
    """Return the script."""
    head_line = head(plan, "script")
    start = START.format(head=head_line, tool=plan.engine, name=plan.name)
    steps = [*_fetch(plan), *docker.prepare(plan), f"{docker.command(plan)} >/dev/null"]
    return start + "\n".join(map(_indented, steps)) + "\nfi\n" + _told(plan)


def _fetch(plan: EnvironmentPlan) -> list[str]:
    if plan.recipe is not None:  # the build fetches what it is made of
        return []
    image = shlex.quote(plan.image)
    return [f"{plan.engine} image inspect {image} >/dev/null 2>&1 || {plan.engine} pull {image}"]


def _indented(step: str) -> str:
    """Indent the first line and what a backslash joins to it; a here-document's lines stay where they are."""
    if "<<'EOF'" in step:
        return f"    {step}"
    return "\n".join(f"    {line}" for line in step.splitlines())


def _told(plan: EnvironmentPlan) -> str:
    if plan.port is None:
        return f'echo "{plan.engine} exec -it {plan.name} bash"\n'
    if plan.start == "ssh":
        return f'echo "ssh -p {plan.port.here} work@{plan.port.address}"\n'
    token = f"$HOME/{STATE}/{plan.name}/token"
    return f'echo "http://{plan.port.address}:{plan.port.here}/ with the token in {token}"\n'
