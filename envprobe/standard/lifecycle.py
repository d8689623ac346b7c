"""A container of the standard environment from nothing to its answer, and away again. Nothing half-made stays."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..error import TargetError, UsageError
from ..progress import Progress
from ..targets.interruption import make, orderly_end, undone
from ..targets.packed import pack
from . import answer, container, host, images, network, port, ssh_client
from .create import differences, document, is_ours, with_account
from .plan import EnvironmentPlan

if TYPE_CHECKING:
    from docker import APIClient

POLL_S = 0.03
WAIT_S = 120
CERTIFICATES = "/run/envprobe/certificates.pem"
PASSWD = "/etc/passwd"  # noqa: S105 - a file that is not secret
LISTENS = ("port is already allocated", "address already in use", "ports are not available")


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """An environment that answers."""

    name: str
    url: str
    """Where, without a token; empty of one that listens nowhere."""
    is_new: bool
    """Whether it was made just now, and not found."""
    token_file: Path | None = None
    ssh_config: Path | None = None
    """A file for `ssh -F`, or for an Include in ~/.ssh/config."""

    @property
    def link(self) -> str:
        """The URL with its token: for the screen of whoever called, and for no log."""
        return f"{self.url}?token={host.read_token(self.token_file)}" if self.token_file is not None else self.url


def require_same(there: Mapping[str, Any], plan: EnvironmentPlan, again: str) -> None:
    """Raise UsageError where a container of that name is another's, or made of other settings."""
    if not is_ours(there):
        hint = f'give this one another name: name = "…" under [tool.envprobe.environment]; or: {plan.engine} rm {plan.name}'
        raise UsageError(f"{plan.name}: there is a container of that name that envprobe did not make", hint)
    if rows := differences(there, plan):
        listed = "\n".join(f"  {row}" for row in rows)
        raise UsageError(
            f"{plan.name}: is there with other settings:\n{listed}", f"make it anew; your files stay: {again} --recreate"
        )


def require_ports(client: APIClient, plan: EnvironmentPlan, again: str) -> None:
    """Raise UsageError that names who holds a port that the plan needs."""
    for index, one in enumerate(plan.ports):
        if not port.is_taken(one.address, one.here):
            continue
        free = port.free_after(one.address, one.here)
        hint = f"take another one: {again} --port {free}" if index == 0 and plan.port else "change it in `ports` of the settings"
        raise UsageError(f"port {one.here}: taken by {port.holder(one.here, client.containers())}", hint)


def create(client: APIClient, plan: EnvironmentPlan, environ: Mapping[str, str], progress: Progress) -> Running:
    """Make the container and start it; return when it answers. Raises TargetError, and then it is gone again."""
    from docker.errors import APIError

    is_refused = False

    def ask() -> None:
        nonlocal is_refused
        try:
            client.create_container_from_config(_with_network(document(plan), environ), plan.name)
        except APIError:  # the engine's own word: nothing was made, and one of that name is somebody else's
            is_refused = True
            raise

    def take_away() -> None:
        if not is_refused:
            container.remove(client, plan.name)
        host.forget_token(plan)

    with orderly_end(), undone(take_away, on_failure=True):
        make(ask)
        _name_user(client, plan)
        _start(client, plan)
        return wait(client, plan, progress, is_new=True)


def start_again(client: APIClient, plan: EnvironmentPlan, progress: Progress) -> Running:
    """Start a container that was stopped; return when it answers."""
    with orderly_end():
        _start(client, plan)
        return wait(client, plan, progress, is_new=False)


def wait(client: APIClient, plan: EnvironmentPlan, progress: Progress, *, is_new: bool) -> Running:
    """Return when what was started answers, and is what was started. Raises TargetError with its last words."""
    if plan.port is None:
        return Running(name=plan.name, url="", is_new=is_new)
    at, there = _reached(plan.port.address), plan.port.here
    token = host.read_token(host.token_file(plan)) if plan.start == "jupyter" else ""
    progress(f"waiting for {plan.start} on port {there}")
    end, state = time.monotonic() + WAIT_S, "not yet"
    while time.monotonic() < end:
        state = answer.jupyter(at, there, token) if token else "yes" if answer.sshd(at, there) else "not yet"
        if state == "yes" and token:
            return Running(name=plan.name, url=f"http://{at}:{there}/", is_new=is_new, token_file=host.token_file(plan))
        if state == "yes":
            config = ssh_client.write(client, plan, at)
            return Running(name=plan.name, url=f"ssh://{at}:{there}", is_new=is_new, ssh_config=config)
        if not client.inspect_container(plan.name)["State"]["Running"]:
            raise _ended(client, plan)
        time.sleep(POLL_S)
    words = "does not answer" if state == "not yet" else f"{state} answers"
    raise TargetError(f"{plan.name}: port {there}: {words}, after {WAIT_S} s", f"{plan.engine} logs {plan.name}")


def _start(client: APIClient, plan: EnvironmentPlan) -> None:
    from docker.errors import APIError

    try:
        make(lambda: client.start(plan.name))
    except APIError as error:
        raise _not_started(plan, " ".join(str(error.explanation or error).split())[:400]) from None


def _not_started(plan: EnvironmentPlan, said: str) -> TargetError:
    if any(sign in said.lower() for sign in LISTENS):
        return TargetError(f"{plan.name}: cannot be started: {said}", "take another port: envprobe up --port NUMBER")
    if "could not select device driver" in said:
        return TargetError(
            f"{plan.name}: the engine has no driver for GPUs", "install the NVIDIA container toolkit, and restart it"
        )
    if "bind source path does not exist" in said:
        return TargetError(f"{plan.name}: {said}", "the engine does not see this machine's folders: does it run on another one?")
    if "exec format error" in said:
        return TargetError(f"{plan.name}: cannot be started: {said}", _other_processor(plan))
    if "no space left" in said.lower():
        return TargetError(f"{plan.name}: cannot be started: the engine's disk is full", images.NO_SPACE)
    return TargetError(f"{plan.name}: cannot be started: {said}", "see the engine's own log")


def _other_processor(plan: EnvironmentPlan) -> str:
    shown = f"{plan.engine} image inspect --format '{{{{.Architecture}}}}' {plan.started_image}"
    return f"its programs are made for another processor: {shown}"


def _ended(client: APIClient, plan: EnvironmentPlan) -> TargetError:
    state = client.inspect_container(plan.name)["State"]
    words = client.logs(plan.name, tail=8).decode("utf-8", "replace")
    said = "\n".join(f"  {row[:300]}" for row in words.splitlines() if row.strip())
    if state.get("OOMKilled"):
        return TargetError(f"{plan.name}: ran out of memory while it started", 'give it more: memory = "…" in the settings')
    hint = _other_processor(plan) if "exec format error" in words.lower() else f"its image is {plan.started_image}"
    return TargetError(f"{plan.name}: ended with {state['ExitCode']} instead of starting:\n{said}", hint)


def _name_user(client: APIClient, plan: EnvironmentPlan) -> None:
    """Give the container's user a name in its /etc/passwd."""
    text = container.read_text(client, plan.name, PASSWD)
    changed = None if text is None else with_account(text, plan.user)
    if changed is not None and changed != text:
        client.put_archive(plan.name, "/etc", pack({"passwd": changed.encode()}))


def _with_network(config: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Add this machine's proxies, as `docker run` does, and a company's certificates where a variable names them."""
    given = network.proxies(environ)
    if given:
        here = ",".join(filter(None, [given.get("no_proxy", ""), "localhost,127.0.0.1"]))
        given |= {"no_proxy": here, "NO_PROXY": here}
    own = next((path for name in network.BUNDLES if (path := environ.get(name)) and os.path.isfile(path)), None)  # noqa: PTH113 - False, no error, where it cannot be seen
    if own:
        given |= dict.fromkeys(network.BUNDLES, CERTIFICATES)
        mount = {"Type": "bind", "Source": os.path.realpath(own), "Target": CERTIFICATES, "ReadOnly": True}
        config["HostConfig"]["Mounts"].append(mount)
    names = {row.partition("=")[0] for row in config["Env"]}
    config["Env"] += [f"{name}={value}" for name, value in given.items() if name not in names]
    return config


def _reached(address: str) -> str:
    """Return where this machine itself reaches what listens on an address."""
    return "127.0.0.1" if address in ("", "0.0.0.0") else address  # noqa: S104 - compared, not listened on


def shell_command(plan: EnvironmentPlan, command: Sequence[str], is_terminal: bool) -> list[str]:
    """Return what opens a shell in the environment, or runs a command there."""
    options = ["-it"] if is_terminal else ["-i"]
    inside = list(command) or ["sh", "-c", "command -v bash >/dev/null && exec bash || exec sh"]
    return [plan.engine, "exec", *options, plan.name, *inside]
