"""What a container's state, or the runtime's words, mean for somebody who wants to run a program in it.

Pure: from the Engine API's inspect documents to errors that say what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ..error import TargetError
from .engine import Engine
from .protocol import Completed, NoProgram

Document: TypeAlias = Mapping[str, Any]

NEVER_STARTED = ("created", "configured", "initialized")  # the last two are Podman's
ENDED = ("exited", "stopped")
BEING_REMOVED = ("removing", "dead")
NO_GPU_RUNTIME = "install the NVIDIA container toolkit on the engine's machine, or leave gpus= out"
NOT_RUNNABLE = (
    "executable file not found",
    "no such file or directory",
    "permission denied",
    "exec format error",
    "not a directory",
)


def is_startable(container: Document) -> bool:
    """Say whether `start` makes the container run."""
    return _status(container) in (*NEVER_STARTED, *ENDED)


def not_running(container: Document, reference: str, engine: Engine) -> TargetError | None:
    """Return why nothing can be run in a container, and every way on; None when it runs."""
    status, name, tool = _status(container), container["Name"].lstrip("/"), engine.tool
    exit_status = container["State"].get("ExitCode")
    if status == "running":
        return None
    if status == "paused":
        return TargetError(f"{reference}: is paused", f"{tool} unpause {name}")
    if status == "restarting":
        return TargetError(
            f"{reference}: is restarting again and again (exit status {exit_status})", f"{tool} logs {name} shows why it ends"
        )
    if is_startable(container):
        how = "was never started" if status in NEVER_STARTED else f"is stopped (exit status {exit_status})"
        image = f"{engine.image_scheme}://{container['Config']['Image']}"
        return TargetError(
            f"{reference}: {how}",
            f"start it: {tool} start {name}; or probe its image: {image}; "
            f"or {reference}?start=yes, which runs its own command and stops it again",
        )
    return TargetError(f"{reference}: is {status}", f"remove it and make it anew: {tool} rm -f {name}")


def cut_off(before: Document, now: Document | None, reference: str, engine: Engine) -> TargetError | None:
    """Return how a container was lost while a program ran in it; None when it still is the running one that it was.

    `now` is None where the name is no container's any more.
    """
    if now is None or now["Id"] != before["Id"] or _status(now) in BEING_REMOVED:
        return TargetError(f"{reference}: was removed while the probe ran", f"{engine.tool} ps -a shows those that exist")
    if now["State"].get("OOMKilled") and not now["State"]["Running"]:
        return TargetError(
            f"{reference}: ran out of memory while the probe ran, and was killed",
            f"{_more_memory(before, engine)}leave out what needs most: --no-benchmark",
        )
    if problem := not_running(now, reference, engine):
        return TargetError(f"{problem.message}, since the probe began", problem.hint)
    if any(before["State"].get(key) != now["State"].get(key) for key in ("StartedAt", "Pid")):
        return TargetError(f"{reference}: was restarted while the probe ran", "try again when it stays up")
    return None


def _more_memory(container: Document, engine: Engine) -> str:
    """Return what gives a container twice the memory that it had; empty where it had all that the machine has."""
    memory = (container.get("HostConfig") or {}).get("Memory") or 0
    if memory <= 0:
        return ""
    name = container["Name"].lstrip("/")
    return f"give it more: {engine.tool} update --memory {2 * memory} --memory-swap {4 * memory} {name}; start it, or "


def not_startable(reference: str, program: str, words: str) -> TargetError:
    """Return NoProgram when the runtime's words say that the program is not there, else what it says."""
    said = " ".join(words.split())[:300]
    if any(sign in said for sign in NOT_RUNNABLE):
        return NoProgram(f"{reference}: {program}: cannot be run there: {said}")
    hint = NO_GPU_RUNTIME if "could not select device driver" in said else "see the engine's own log"
    return TargetError(f"{reference}: the engine cannot run a program there: {said}", hint)


def runtime_refusal(completed: Completed) -> str:
    """Return the runtime's words when they stand where the program's output should be: Docker's stdout, Podman's stderr."""
    if completed.returncode not in (126, 127):
        return ""
    texts = (output[:2000].decode("utf-8", "backslashreplace") for output in (completed.stdout, completed.stderr))
    return next((text for text in texts if "exec failed" in text or "OCI runtime" in text), "")


def _status(container: Document) -> str:
    state = container["State"]
    return state.get("Status") or ("running" if state.get("Running") else "exited")
