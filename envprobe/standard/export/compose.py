"""compose.yaml: the environment as the one service of a project."""

from __future__ import annotations

from ..plan import WORK, EnvironmentPlan
from . import dockerfile
from .docker import MAKE_TOKEN
from .text import yaml_text
from .words import STATE, head, placed

BEFORE = """\
# {head}
# Before the first `docker compose up --detach --wait`:
#   install -d -m 700 "$HOME/{state}/{name}/home"
"""
TOKEN = f'#   (umask 077 && {MAKE_TOKEN} >"$HOME/{{state}}/{{name}}/token")\n'
KEYS = '#   cat "$HOME"/.ssh/*.pub >"$HOME/{state}/{name}/authorized_keys"\n'


def render(plan: EnvironmentPlan) -> str:
    """Return the file."""
    text = BEFORE.format(head=head(plan, "compose"), state=STATE, name=plan.name)
    if plan.start == "ssh":
        text += KEYS.format(state=STATE, name=plan.name)
    if plan.start == "jupyter":
        text += TOKEN.format(state=STATE, name=plan.name)
    return text + yaml_text({"services": {"environment": _service(plan)}})


def _service(plan: EnvironmentPlan) -> dict[str, object]:
    service: dict[str, object] = {"image": plan.started_image, "container_name": plan.name}
    if plan.recipe is not None:
        service["build"] = {"dockerfile_inline": _literal(dockerfile.render(plan))}
    service |= {
        "init": True,
        "user": f"${{ENVPROBE_USER:-{plan.user}}}",
        "working_dir": WORK,
        "entrypoint": [],
        "command": [_literal(word) for word in plan.command],
        "environment": {name: _literal(value) for name, value in plan.environment.items()},
        "volumes": [
            {
                "type": "bind",
                "source": placed(_literal(mount.source), plan, ".", "${HOME}"),
                "target": mount.target,
                **({"read_only": True} if mount.read_only else {}),
                "bind": {"create_host_path": False},
            }
            for mount in plan.mounts
        ],
    }
    if plan.ports:
        service["ports"] = [f"{port.address}:{port.here}:{port.there}" for port in plan.ports]
    limits = {"mem_limit": plan.memory_bytes, "cpus": plan.cpus, "shm_size": plan.shm_bytes}
    service |= {name: value for name, value in limits.items() if value}
    if plan.variant == "gpu":
        devices = [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]
        service["deploy"] = {"resources": {"reservations": {"devices": devices}}}
    return service


def _literal(text: str) -> str:
    """Keep Compose from looking for variables in a text."""
    return text.replace("$", "$$")
