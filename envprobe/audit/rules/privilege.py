"""A container has no more rights than its work needs.

Why: `--privileged` and SYS_ADMIN give the host away: from inside, its disks can be mounted. GPUs need `--gpus`, no privilege.

Example: `docker run --privileged tensorflow/tensorflow:2.9.0-gpu`

Fix: `docker run --gpus all tensorflow/tensorflow:2.9.0-gpu`

Source: CIS Docker Benchmark 5.3, 5.4, 5.21; OWASP Docker Security Cheat Sheet, rule 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import FAIL, NOTE, WARN, found
from ..model import AuditedFile, AuditFinding, Launch, Setting

RULE = "privilege"
OWNING = ("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF")
STRONG = ("NET_ADMIN", "SYS_PTRACE", "SYS_BOOT", "SYS_TIME", "NET_RAW", "MAC_ADMIN", "SYSLOG")
UNCONFINED = (
    "seccomp=unconfined",
    "seccomp:unconfined",
    "apparmor=unconfined",
    "apparmor:unconfined",
    "label=disable",
    "label:disable",
    "systempaths=unconfined",
)
HOSTS = {
    "pid": (WARN, "all processes of the host are seen from inside"),
    "userns": (WARN, "root inside is root outside"),
    "ipc": (NOTE, "shared memory of the host is seen from inside"),
    "uts": (NOTE, "the host's name can be changed"),
    "network": (WARN, "every port of the host is the container's, and the other way round"),
}


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield rights that are given away."""
    for launch in file.launches:
        yield from _launch(launch)
    for stage in file.stages:
        for instruction in stage.instructions:
            if instruction.flags.get("security") == "insecure":
                yield found(
                    RULE,
                    WARN,
                    instruction.line,
                    "RUN --security=insecure",
                    "the build step owns the machine that builds",
                    "build without it",
                )


def _launch(launch: Launch) -> Iterator[AuditFinding]:
    privileged = launch.get("privileged")
    if privileged is not None and privileged.value.lower() in ("true", "1", "yes"):
        edit: tuple[str, str | None] | None = {"command": (" --privileged", ""), "compose": ("privileged:", None)}.get(
            launch.source
        )
        yield found(
            RULE,
            FAIL,
            privileged.line,
            "privileged",
            "root in the container owns the host",
            "leave it out; for GPUs --gpus all",
            edit,
        )
    for capability in launch.all("cap-add"):
        yield from _capability(capability)
    for option in launch.all("security-opt"):
        if option.value.replace(" ", "") in UNCONFINED:
            yield found(
                f"{RULE}.unconfined",
                WARN,
                option.line,
                option.value,
                "what keeps the container from the kernel is switched off",
                "leave it out",
            )
    for name, (severity, why) in HOSTS.items():
        setting = launch.get(name)
        if setting is not None and setting.value == "host":
            yield found(
                f"{RULE}.{name}",
                severity,
                setting.line,
                f"{name} host",
                why,
                "leave it out" if name != "ipc" else "--shm-size=8g instead",
            )
    escalation = launch.get("allow-privilege-escalation")
    if escalation is not None and escalation.value.lower() == "true":
        yield found(
            f"{RULE}.escalation",
            WARN,
            escalation.line,
            "allowPrivilegeEscalation: true",
            "a program may become root",
            "allowPrivilegeEscalation: false",
            ("true", "false"),
        )


def _capability(capability: Setting) -> Iterator[AuditFinding]:
    name = capability.value.upper().removeprefix("CAP_")
    if name in OWNING:
        yield found(
            f"{RULE}.capability",
            FAIL,
            capability.line,
            f"cap-add {name}",
            "with it root in the container owns the host",
            "leave it out",
        )
    elif name in STRONG:
        yield found(
            f"{RULE}.capability",
            WARN,
            capability.line,
            f"cap-add {name}",
            "few programs need it, and it reaches beyond the container",
            "leave it out",
        )
