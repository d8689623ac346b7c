"""devcontainer.json, for VS Code, Codespaces and the devcontainer CLI."""

from __future__ import annotations

import json
import shlex

from ..plan import WORK, EnvironmentPlan
from .docker import MAKE_TOKEN
from .words import STATE, head, placed


def render(plan: EnvironmentPlan) -> str:
    """Return the file; with a recipe it builds the Dockerfile beside it."""
    body: dict[str, object] = {"name": plan.name}
    body |= {"image": plan.image} if plan.recipe is None else {"build": {"dockerfile": "Dockerfile"}}
    body |= {
        "containerUser": plan.user,
        "workspaceFolder": WORK,
        "workspaceMount": f"type=bind,source=${{localWorkspaceFolder}},target={WORK}",
        "mounts": [_mount(plan, index) for index in range(1, len(plan.mounts))],
        "containerEnv": plan.environment,
        "runArgs": ["--init", *_limits(plan)],
        "initializeCommand": _before(plan),
    }
    if plan.port is not None:
        body["forwardPorts"] = [plan.port.there]
        body["postStartCommand"] = f"nohup {shlex.join(plan.command)} >/tmp/{plan.start}.log 2>&1 &"
    if plan.variant == "gpu":
        body["hostRequirements"] = {"gpu": True}
    before = f"// {head(plan, 'devcontainer')}\n"
    if plan.recipe is not None:
        before += "// The Dockerfile beside it: envprobe up --print dockerfile >.devcontainer/Dockerfile\n"
    return before + json.dumps(body, indent=4) + "\n"


def _mount(plan: EnvironmentPlan, index: int) -> str:
    mount = plan.mounts[index]
    source = placed(mount.source, plan, "${localWorkspaceFolder}", "${localEnv:HOME}")
    return f"type=bind,source={source},target={mount.target}{',readonly' if mount.read_only else ''}"


def _limits(plan: EnvironmentPlan) -> list[str]:
    values = {"--memory": plan.memory_bytes, "--cpus": plan.cpus, "--shm-size": plan.shm_bytes}
    found = [
        f"{option}={value:g}" if isinstance(value, float) else f"{option}={value}" for option, value in values.items() if value
    ]
    return [*found, *(["--gpus=all"] if plan.variant == "gpu" else [])]


def _before(plan: EnvironmentPlan) -> str:
    state = f"$HOME/{STATE}/{plan.name}"
    make = f'install -d -m 700 "{state}" "{state}/home"'
    if plan.start == "ssh":
        return f'{make} && cat "$HOME"/.ssh/*.pub >"{state}/authorized_keys"'
    if plan.start == "plain":
        return make
    return f'{make} && {{ [ -s "{state}/token" ] || (umask 077 && {MAKE_TOKEN} >"{state}/token"); }}'
