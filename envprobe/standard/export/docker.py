"""`docker run`, with what it needs beforehand: folders, a token in a file, the derived image."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from ..plan import LOOPBACK, WORK, EnvironmentPlan
from . import dockerfile
from .words import STATE, head, in_shell, user_in_shell

MAKE_TOKEN = "od -An -N24 -tx1 /dev/urandom | tr -d ' \\n'"  # noqa: S105 - what makes one


def render(plan: EnvironmentPlan) -> str:
    """Return lines for a shell in the project's folder."""
    return "\n".join([f"# {head(plan, 'docker')}", *prepare(plan), command(plan)]) + "\n"


def prepare(plan: EnvironmentPlan) -> Iterator[str]:
    """Yield what makes folders, token and image where they are missing."""
    state = f"$HOME/{STATE}/{plan.name}"
    yield f'install -d -m 700 "{state}" "{state}/home"'
    if plan.start == "jupyter":
        yield f'[ -s "{state}/token" ] || (umask 077 && {MAKE_TOKEN} >"{state}/token")'
    if plan.start == "ssh":
        yield f'cat "$HOME"/.ssh/*.pub >"{state}/authorized_keys"'
    if plan.recipe is not None:
        yield f"{plan.engine} build --tag {plan.recipe.tag} - <<'EOF'\n{dockerfile.render(plan)}EOF"


def command(plan: EnvironmentPlan, folder: str = "$PWD") -> str:
    """Return the command line, an option a line."""
    last = shlex.join([plan.started_image, *plan.command])
    return " \\\n    ".join([f"{plan.engine} run --detach{_init(plan)} --name {plan.name}", *_options(plan, folder), last])


def _init(plan: EnvironmentPlan) -> str:
    return "" if plan.engine == "podman" else " --init"


def _options(plan: EnvironmentPlan, folder: str) -> Iterator[str]:
    yield f"--user {user_in_shell(plan)}"
    if plan.keeps_id:
        yield "--userns keep-id"
    yield f'--workdir {WORK} --entrypoint ""'
    yield from (f"--env {shlex.quote(f'{name}={value}')}" for name, value in plan.environment.items())
    for mount in plan.mounts:  # a field with a comma needs its own quotes, and nobody knows what $PWD holds
        end = ",readonly" if mount.read_only else ""
        yield f'--mount "type=bind,\\"source={in_shell(mount.source, plan, folder)}\\",target={mount.target}{end}"'
    for port in plan.ports:
        yield f"--publish {port.address or LOOPBACK}:{port.here}:{port.there}"
    for option, value in (("--memory", plan.memory_bytes), ("--cpus", f"{plan.cpus:g}"), ("--shm-size", plan.shm_bytes)):
        if value not in (0, "0"):
            yield f"{option} {value}"
    if plan.variant == "gpu":
        yield "--gpus all"
