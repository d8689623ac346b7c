"""What is seen of a container from outside: from the Engine's own documents to facts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from envprobe.fact import Absent, Known, Unknown
from envprobe.targets.outside import (
    CHANGES_LIMIT,
    ContainerChange,
    container_section,
    familiar,
    floating,
    image_section,
    mounts,
    with_mounts_over,
)

# `docker inspect` of a plain `docker run`, Engine 20.10, shortened to what is read.
PLAIN: dict[str, Any] = {
    "Config": {"User": "", "Image": "tensorflow/tensorflow:2.9.0"},
    "HostConfig": {
        "NetworkMode": "default",
        "PortBindings": {},
        "CapAdd": None,
        "CapDrop": None,
        "IpcMode": "private",
        "Privileged": False,
        "ReadonlyRootfs": False,
        "SecurityOpt": None,
        "ShmSize": 67108864,
        "Runtime": "runc",
        "Memory": 0,
        "NanoCpus": 0,
        "CpuPeriod": 0,
        "CpuQuota": 0,
        "CpusetCpus": "",
        "Devices": [],
        "DeviceRequests": None,
        "PidsLimit": None,
        "Ulimits": [],
    },
    "Mounts": [],
    "NetworkSettings": {"Ports": {}, "IPAddress": "172.17.0.3"},
}


def container(host: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {**PLAIN, **changes, "HostConfig": {**PLAIN["HostConfig"], **(host or {})}}


def test_a_plain_container_says_nothing_but_its_defaults():
    """A container started without options has no setting that a baseline of its image would not have."""
    section = container_section(PLAIN, [])
    assert section.known == {"limits.shm_bytes": 67108864, "network_mode": "bridge", "user": "root"}
    assert {"changes", "gpus", "mounts", "ports", "privileged", "limits.memory_bytes"} <= set(section.absent)


@pytest.mark.parametrize(
    ("host", "key", "expected"),
    [
        ({"Memory": 4 << 30}, "limits.memory_bytes", 4 << 30),
        ({"NanoCpus": 1500000000}, "limits.cpus", "1.5"),
        ({"CpuQuota": 50000, "CpuPeriod": 100000}, "limits.cpus", "0.5"),
        ({"CpusetCpus": "0-3"}, "limits.cpuset", "0-3"),
        ({"PidsLimit": 100}, "limits.pids", 100),
        ({"ShmSize": 1 << 30}, "limits.shm_bytes", 1 << 30),
        ({"Ulimits": [{"Name": "memlock", "Hard": -1, "Soft": -1}]}, "limits.ulimits.memlock", "-1:-1"),
        ({"Ulimits": [{"Name": "RLIMIT_STACK", "Hard": 2, "Soft": 1}]}, "limits.ulimits.stack", "1:2"),
        ({"Runtime": "nvidia"}, "runtime", "nvidia"),
        ({"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]}, "gpus", [{"count": "all", "capabilities": ["gpu"]}]),
        (
            {"DeviceRequests": [{"Count": 0, "DeviceIDs": ["0", "1"], "Capabilities": [["gpu"]]}]},
            "gpus",
            [{"count": "2", "devices": ["0", "1"], "capabilities": ["gpu"]}],
        ),
        (
            {"DeviceRequests": [{"DeviceIDs": ["GPU-8a5c"], "Capabilities": [["gpu"]]}]},
            "gpus",
            [{"count": "1", "capabilities": ["gpu"]}],
        ),
        ({"NetworkMode": "host"}, "network_mode", "host"),
        ({"NetworkMode": "container:0123456789ab"}, "network_mode", "container"),
        ({"IpcMode": "host"}, "ipc_mode", "host"),
        ({"PortBindings": {"8888/tcp": [{"HostIp": "127.0.0.1", "HostPort": "49153"}]}}, "ports", ["8888/tcp"]),
        ({"ReadonlyRootfs": True}, "read_only", True),
        ({"Privileged": True}, "privileged", True),
        ({"Init": True}, "init", True),
        ({"CapAdd": ["CAP_SYS_PTRACE", "net_admin"]}, "cap_add", ["NET_ADMIN", "SYS_PTRACE"]),
        ({"CapDrop": ["ALL"]}, "cap_drop", ["ALL"]),
        ({"SecurityOpt": ["seccomp=unconfined"]}, "security_opt", ["seccomp=unconfined"]),
        ({"Devices": [{"PathOnHost": "/dev/nvidia3", "PathInContainer": "/dev/nvidia0"}]}, "devices", ["/dev/nvidia0"]),
    ],
)
def test_each_setting_is_one_fact(host, key, expected):
    """A setting that is not the Engine's default is known, in the words of `docker run`, and nothing else moves."""
    section = container_section(container(host), [])
    assert section.get(key) == Known(expected)
    plain = container_section(PLAIN, [])
    others = {k: v for k, v in section.known.items() if k != key}
    assert others == {k: v for k, v in plain.known.items() if k != key}


@pytest.mark.parametrize(
    "host",
    [
        {"PidsLimit": 0},
        {"PidsLimit": -1},
        {"CpuQuota": -1},
        {"CpuPeriod": 100000},
        {"Runtime": "crun"},
        {"IpcMode": "shareable"},
        {"NetworkMode": "bridge"},
        {"NetworkMode": "project_default"},
        {"Ulimits": None},
        {"Runtime": None},
    ],
)
def test_each_engines_spelling_of_a_default_is_the_default(host):
    """Engines of other versions, and Podman, spell the same defaults in other ways."""
    assert container_section(container(host), []) == container_section(PLAIN, [])


@pytest.mark.parametrize(
    ("user", "expected"), [("", "root"), ("0", "root"), ("root", "root"), ("1000:1000", "1000:1000"), ("me", "me")]
)
def test_the_user_is_named(user, expected):
    """No user, 0 and root are one user."""
    assert container_section(container(Config={"User": user}), []).get("user") == Known(expected)


def test_mounts_tell_nothing_of_the_machine():
    """A mount's source and an anonymous volume's random name stay out; destination, mode and a volume's own name are kept."""
    found = mounts(
        container(
            {"Tmpfs": {"/scratch": "size=1g"}},
            Mounts=[
                {
                    "Type": "volume",
                    "Name": "f" * 64,
                    "Source": "/var/lib/docker/volumes/f/_data",
                    "Destination": "/var/data",
                    "RW": True,
                },
                {
                    "Type": "bind",
                    "Source": "/home/ann/secret-project",
                    "Destination": "/work",
                    "RW": False,
                    "Propagation": "rprivate",
                },
                {"Type": "bind", "Source": "/mnt", "Destination": "/mnt", "RW": True, "Propagation": "rshared"},
                {"Type": "volume", "Name": "models", "Destination": "/models", "RW": True, "Propagation": ""},
            ],
        )
    )
    assert found == [
        {"destination": "/mnt", "mode": "rw", "type": "bind", "propagation": "rshared"},
        {"destination": "/models", "mode": "rw", "type": "volume", "name": "models"},
        {"destination": "/scratch", "mode": "rw", "type": "tmpfs"},
        {"destination": "/var/data", "mode": "rw", "type": "volume"},
        {"destination": "/work", "mode": "ro", "type": "bind"},
    ]
    assert "secret-project" not in json.dumps(found)


def test_published_ports_are_seen_when_the_engine_chose_them():
    """`docker run -P` leaves no binding that was asked for, but the port is published all the same."""
    given_by_engine = container(
        NetworkSettings={"Ports": {"8888/tcp": [{"HostIp": "0.0.0.0", "HostPort": "49153"}], "22/tcp": None}}
    )
    assert container_section(given_by_engine, []).get("ports") == Known(["8888/tcp"])


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("/data", Absent()),
        ("/usr/lib/python3/numpy", Known(["/usr/lib/python3/numpy"])),
        ("/usr", Known(["/usr"])),
        ("/usr/lib/python3", Known(["/usr/lib/python3"])),
        ("/usr/lib/python39", Absent()),
    ],
)
def test_a_mount_over_pythons_path_is_told(destination, expected):
    """A mount that puts files where Python looks is a fact of its own; one for data is not."""
    mounted = container_section(container(Mounts=[{"Type": "bind", "Destination": destination, "RW": True}]), [])
    assert with_mounts_over(mounted, ["/usr/lib/python3"]).get("mounted_over") == expected


def test_without_pythons_path_what_is_mounted_over_it_is_unknown():
    """A probe that did not say where Python looks leaves open what lies there."""
    assert isinstance(with_mounts_over(container_section(PLAIN, []), []).get("mounted_over"), Unknown)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("ubuntu", "ubuntu:latest"),
        ("docker.io/library/ubuntu:20.04", "ubuntu:20.04"),
        ("index.docker.io/tensorflow/tensorflow:2.9.0", "tensorflow/tensorflow:2.9.0"),
        ("localhost/lab/train:1.0.0", "lab/train:1.0.0"),
        ("registry:5000/lab/train", "registry:5000/lab/train:latest"),
        ("registry:5000/lab/train@sha256:" + "a" * 64, "registry:5000/lab/train@sha256:" + "a" * 64),
        ("f92647ac702b", "f92647ac702b"),
        ("sha256:" + "b" * 64, "sha256:" + "b" * 64),
    ],
)
def test_one_image_has_one_spelling(reference, expected):
    """What an engine completes on its own is not a difference."""
    assert familiar(reference) == expected
    assert familiar(expected) == expected


@pytest.mark.parametrize(
    "reference",
    [
        "ubuntu",
        "ubuntu:latest",
        "ubuntu:20.04",
        "tensorflow/tensorflow:2.9",
        "tensorflow/tensorflow:nightly",
        "registry:5000/x",
        "python:3.8-slim",
        "x:stable",
        "x:deadbeef",
    ],
)
def test_a_reference_that_can_move_is_floating(reference):
    """A tag that is missing or names no full version, date or commit says why it cannot pin an image."""
    assert "can be moved" in floating(reference)


@pytest.mark.parametrize(
    "reference",
    [
        "tensorflow/tensorflow:2.9.0",
        "tensorflow/tensorflow:2.9.0-gpu",
        "x:v1.2.3",
        "x:1.2.3rc1",
        "x:2024-05-01",
        "x:20240501",
        "x:4f2a9c1",
        "x@sha256:" + "a" * 64,
        "x:latest@sha256:" + "a" * 64,
        "f92647ac702b",
        "sha256:" + "b" * 64,
    ],
)
def test_a_reference_that_is_fixed_is_not(reference):
    """A full version, a date, a commit, a digest and an id pin an image."""
    assert floating(reference) == ""


def test_an_image_is_told_by_reference_id_digest_platform_and_labels():
    """The digest is the one of the reference's own repository; a mirror's digest is not taken for it."""
    section = image_section(
        {
            "Id": "sha256:1",
            "Os": "linux",
            "Architecture": "arm64",
            "Variant": "v8",
            "RepoDigests": ["mirror/tensorflow@sha256:2", "tensorflow/tensorflow@sha256:3"],
            "Config": {"Labels": {"org.opencontainers.image.version": "2.9.0", "empty": ""}},
        },
        "docker.io/tensorflow/tensorflow:2.9.0",
    )
    assert section.known == {
        "reference": "tensorflow/tensorflow:2.9.0",
        "id": "sha256:1",
        "digest": "sha256:3",
        "platform": "linux/arm64/v8",
        "labels.org.opencontainers.image.version": "2.9.0",
    }
    assert section.get("floating") == Absent()


def test_a_local_image_has_no_digest():
    """An image that was built here and never pushed has no digest, and that is absent, not unknown."""
    section = image_section(
        {"Id": "sha256:1", "Os": "linux", "Architecture": "amd64", "RepoDigests": [], "Config": {}}, "lab:1.0.0"
    )
    assert section.get("digest") == Absent()


def test_many_changes_are_capped_and_counted():
    """The list is bounded, and how many more there are is a fact of its own."""
    section = container_section(PLAIN, [ContainerChange(f"/opt/{number:04}", "added") for number in range(CHANGES_LIMIT + 7)])
    assert len(section.known["changes"]) == CHANGES_LIMIT
    assert section.known["changes_left_out"] == 7


def test_a_diff_that_is_not_to_be_had_is_unknown():
    """An engine that gives no diff does not make a container clean."""
    assert container_section(PLAIN, "the engine gives no diff: 500").get("changes") == Unknown("the engine gives no diff: 500")
