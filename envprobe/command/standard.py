"""The standard environment: start it, find it again, look at it, take it away."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .. import store
from ..config import Config, load_config
from ..error import EnvprobeError, TargetError, UsageError
from ..installation import calling
from ..progress import Progress
from ..redaction import redact
from ..standard import container, gpu, host, images, lifecycle, ssh_client
from ..standard.choice import brings_jupyter, image_of
from ..standard.create import is_ours
from ..standard.lifecycle import Running
from ..standard.plan import BASELINE_LABEL, FINGERPRINT_LABEL, Caller, EnvironmentPlan, plan_of
from ..standard.settings import EnvironmentSettings
from ..targets.deadline import Deadline
from ..targets.docker import DOCKER, docker_endpoint
from ..targets.engine import Engine, speaking
from ..targets.podman import PODMAN

if TYPE_CHECKING:
    from docker import APIClient

ENGINES: dict[str, Engine] = {"docker": DOCKER, "podman": PODMAN}
FIRST_ANSWER_S = 15
"""A daemon that hangs is reported after this long."""
WHOLE_S = 7200
"""For a pull over a slow line."""


def settings_of(
    image: str = "", *, start: str = "", gpu: bool = False, port: int = 0, config: Config | None = None
) -> EnvironmentSettings:
    """Return what a project asks for, with what a call says instead."""
    found = (config or load_config(Path.cwd())).environment or EnvironmentSettings()
    said: dict[str, object] = {"image": image, "start": start, "variant": "gpu" if gpu else "", "port": port}
    changed = msgspec.structs.replace(found, **{name: value for name, value in said.items() if value})
    if start and start != found.start and not port:
        changed = msgspec.structs.replace(changed, port=0)
    return changed


def planned(settings: EnvironmentSettings, config: Config | None = None, *, for_others: bool = False) -> EnvironmentPlan:
    """Return the plan, by what names say alone: no engine is asked, nothing is made.

    `for_others`: for a file that colleagues use, where root stands for user 1000.
    """
    caller = _caller(settings, config or load_config(Path.cwd()))
    if for_others and caller.uid == 0:
        caller = msgspec.structs.replace(caller, uid=1000, gid=1000)
    return plan_of(settings, caller)


def up(
    settings: EnvironmentSettings | None = None,
    *,
    pull: bool = False,
    ask: Callable[[str], bool] | None = None,
    recreate: bool = False,
    key: Path | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
    warn: Callable[[str], None] | None = None,
) -> Running:
    """Start the standard environment of a project, or find it; return when it answers.

    An image that is not there is pulled with `pull`, or where `ask` says so. `key`: the public key that SSH lets in; without
    one those in ~/.ssh or of the agent. Raises UsageError and TargetError; then nothing half-made stays.
    """
    config = config or load_config(Path.cwd())
    settings = settings or settings_of(config=config)
    progress = progress or (lambda words: None)
    caller = _caller(settings, config)
    plan = plan_of(settings, caller)
    with _engine(plan) as client:
        plan = _looked_up(client, settings, caller, plan)
        again = calling() + " up"
        there = container.found(client, plan.name)
        if there is not None and not (recreate and is_ours(there)):
            lifecycle.require_same(there, plan, again)
            running = bool(there["State"]["Running"])
            return (_wait_again if running else lifecycle.start_again)(client, plan, progress)
        if there is None:
            lifecycle.require_ports(client, plan, again)
        if _require_image(client, settings, plan, pull, ask, progress, warn or (lambda words: None)):
            plan = _looked_up(client, settings, caller, plan)
        plan = _labelled(plan, config)
        keys = ssh_client.public_keys(key, os.environ) if plan.start == "ssh" else []
        host.prepare(plan, keys)
        if plan.recipe is not None:
            images.derive(client, plan.recipe, progress, os.environ)
        if there is not None:
            container.remove(client, plan.name)
            host.forget_token(plan)
            host.prepare(plan, keys)
            lifecycle.require_ports(client, plan, again)
        return lifecycle.create(client, plan, os.environ, progress)


def _wait_again(client: APIClient, plan: EnvironmentPlan, progress: Progress) -> Running:
    return lifecycle.wait(client, plan, progress, is_new=False)


def down(settings: EnvironmentSettings | None = None, *, config: Config | None = None) -> str:
    """Take a project's container away and return its name; work folder, HOME and keys stay. Empty where there is none."""
    plan = _named(settings, config)
    with _engine(plan) as client:
        there = container.found(client, plan.name)
        if there is None:
            return ""
        _require_ours(there, plan)
        container.remove(client, plan.name)
    host.forget_token(plan)
    return plan.name


def state(settings: EnvironmentSettings | None = None, *, config: Config | None = None) -> dict[str, str]:
    """Return what there is of a project's environment: its name, state, image and address."""
    plan = _named(settings, config)
    with _engine(plan) as client:
        there = container.found(client, plan.name)
    if there is None:
        return {"name": plan.name, "state": "not there"}
    _require_ours(there, plan)
    ports = [
        f"{binding['HostIp']}:{binding['HostPort']}"
        for bindings in (there["HostConfig"].get("PortBindings") or {}).values()
        for binding in bindings or ()
    ]
    labels = there["Config"]["Labels"]
    return {
        "name": plan.name,
        "state": str(there["State"]["Status"]),
        "image": str(there["Config"]["Image"]),
        "address": ", ".join(ports),
        "folder": plan.folder,
        "baseline": labels.get(BASELINE_LABEL, ""),
    }


def logs(settings: EnvironmentSettings | None = None, *, lines: int = 200, config: Config | None = None) -> str:
    """Return what the environment printed last, without secrets."""
    plan = _named(settings, config)
    with _engine(plan) as client:
        _require_there(container.found(client, plan.name), plan)
        said: bytes = client.logs(plan.name, tail=lines)
    return redact(said.decode("utf-8", "replace"))


def shell(settings: EnvironmentSettings | None = None, command: tuple[str, ...] = (), *, is_terminal: bool = True) -> list[str]:
    """Return the command that opens a shell in the environment, or runs a command there."""
    plan = _named(settings, None)
    with _engine(plan) as client:
        there = container.found(client, plan.name)
        if not _require_there(there, plan)["State"]["Running"]:
            raise TargetError(f"{plan.name}: is stopped", f"start it: {calling()} up")
    return lifecycle.shell_command(plan, command, is_terminal)


def _named(settings: EnvironmentSettings | None, config: Config | None) -> EnvironmentPlan:
    config = config or load_config(Path.cwd())
    return planned(settings or settings_of(config=config), config, for_others=True)


def _require_there(there: dict[str, Any] | None, plan: EnvironmentPlan) -> dict[str, Any]:
    if there is None:
        raise TargetError(f"{plan.name}: is not there", f"start it: {calling()} up")
    _require_ours(there, plan)
    return there


def _require_ours(there: dict[str, Any], plan: EnvironmentPlan) -> None:
    if not is_ours(there):
        raise UsageError(f"{plan.name}: envprobe did not make this container", f"{plan.engine} ps -a shows it")


def _caller(settings: EnvironmentSettings, config: Config) -> Caller:
    folder = config.source.parent if config.source is not None else Path.cwd()
    return host.caller_of(folder, os.environ, settings.name, settings.folder)


@contextmanager
def _engine(plan: EnvironmentPlan) -> Iterator[APIClient]:
    """Connect to the engine on this machine, whose folders are those that are to be mounted."""
    deadline = Deadline(FIRST_ANSWER_S)
    if plan.engine == "docker":
        endpoint = docker_endpoint(os.environ)
        if not endpoint.url.startswith(("unix://", "http+unix://", "npipe://")):
            raise UsageError(
                f"{plan.name}: the engine at {endpoint} is on another machine, where this folder is not", "type it there"
            )
    with ENGINES[plan.engine].connect(plan.name, deadline) as client, speaking(plan.name):
        client.ping()
        deadline.grant(WHOLE_S)
        yield client


def _looked_up(client: APIClient, settings: EnvironmentSettings, caller: Caller, plan: EnvironmentPlan) -> EnvironmentPlan:
    """Return the plan with what its image says of Jupyter, where its name says nothing and it is there to be asked."""
    if settings.start != "jupyter" or brings_jupyter(plan.image) is not None:
        return plan
    image = images.inspected(client, plan.image)
    if image is None or (plan.recipe is not None and images.is_derived(client, plan.recipe, image)):
        return plan  # it is not there to be asked, or was asked when Jupyter was added to it
    return plan_of(settings, caller, images.has_program(client, image, "jupyter"))


def _require_image(
    client: APIClient,
    settings: EnvironmentSettings,
    plan: EnvironmentPlan,
    pull: bool,
    ask: Callable[[str], bool] | None,
    progress: Progress,
    warn: Callable[[str], None],
) -> bool:
    """Say what is worth a warning, and pull the image where it is not here; return whether it was pulled."""
    info = client.info()
    if settings.engine == "docker":
        host.require_same_numbers(info.get("SecurityOptions") or (), plan.name)
    said = host.warnings(plan, str(info.get("Architecture", "")))
    if settings.variant == "gpu":
        said += gpu.require(gpu.look(info), plan.image)
    image = image_of(settings)
    found = images.inspected(client, image)
    if found is None:
        images.may_pull(image, pull, ask, said)
        images.pull(client, image, "", progress)
    there = found or images.inspected(client, image) or {}
    if words := images.other_processor(there, str(info.get("Architecture", ""))):
        said.append(f"{image} {words}: it needs an emulator, is slow, and TensorFlow may end with an illegal instruction")
    for row in said:
        warn(row)
    return found is None


def _labelled(plan: EnvironmentPlan, config: Config) -> EnvironmentPlan:
    """Return the plan with the baseline that it is to be checked against, and its fingerprint's id, on its label."""
    from .environment import chosen

    try:
        name = chosen(None, config)
        baseline = store.load(name, config.baselines_folder, config.revision)
    except EnvprobeError:  # none is chosen, or none can be read: the check says so
        return plan
    return msgspec.structs.replace(plan, labels={BASELINE_LABEL: baseline.name, FINGERPRINT_LABEL: baseline.id})
