"""A Dockerfile: the pinned image, what the recipe adds, and what is started."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..plan import WORK, EnvironmentPlan
from ..recipe import ImageRecipe
from .words import head

DISTRIBUTION_LISTS = """\
# The distribution's own lists alone, and what is in them today: apt's versions vanish from its servers when they are replaced.
# Host keys are made at the start: those of an image are everybody's.
# hadolint ignore=DL3008
RUN lists=$(mktemp -d) \\
    && for name in debian ubuntu; do \\
        if [ -f "/etc/apt/sources.list.d/$name.sources" ]; then cp "/etc/apt/sources.list.d/$name.sources" "$lists"; fi; \\
    done \\
    && apt-get -o Dir::Etc::SourceParts="$lists" update \\
    && DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Etc::SourceParts="$lists" install -y --no-install-recommends \\
{packages} \\
    && rm -rf "$lists" /var/lib/apt/lists/* /etc/ssh/ssh_host_*"""
CONSTRAINED = """\
# What the image has stays as it is: its versions bind those that are added.
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN python3 -m pip freeze --all | grep -E '^[^ ]+==' >/tmp/constraints.txt \\
    && python3 -m pip install --no-cache-dir --constraint /tmp/constraints.txt \\
{packages} \\
    && rm -f /tmp/constraints.txt"""


def render(plan: EnvironmentPlan) -> str:
    """Return the Dockerfile."""
    parts = [f"# {head(plan, 'dockerfile')}", f"FROM {plan.image}"]
    parts += _layers(plan.recipe) if plan.recipe is not None else []
    parts += [line for name, value in plan.environment.items() for line in _variable(name, value)]
    parts += [f"WORKDIR {WORK}", f"USER {plan.user}", "ENTRYPOINT []", f"CMD {json.dumps(list(plan.command))}"]
    return "\n".join(parts) + "\n"


def _variable(name: str, value: str) -> Iterator[str]:
    if name == "JUPYTER_TOKEN_FILE":
        yield "# The name of a file, which no image has.\n# hadolint ignore=DL3064"
    yield f"ENV {name}={json.dumps(value).replace('$', chr(92) + '$')}"


def _layers(recipe: ImageRecipe) -> Iterator[str]:
    if system := recipe.all_system_packages:
        yield DISTRIBUTION_LISTS.format(packages=_listed(sorted(system)))
    if recipe.packages:
        yield CONSTRAINED.format(packages=_listed(recipe.packages))
    if recipe.has_ssh:
        for step in recipe.steps[-2:]:  # sshd's configuration, and what starts it
            yield "# The lines of a file: nothing in them is to be expanded here.\n# hadolint ignore=SC2016"
            yield "RUN " + " \\\n    && ".join(_commands(step))


def _commands(step: str) -> Iterator[str]:
    """Yield the commands of a step, each with the lines that belong to it."""
    kept: list[str] = []
    for line in step.splitlines():
        kept.append(line)
        if not line.endswith("\\"):
            yield "\n".join(kept)
            kept = []


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return " \\\n".join(f"        {text}" for text in words)
