"""The `docker run` line that makes a container again."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from envprobe.fact import ABSENT, Fact, Known, Unknown
from envprobe.targets.inspected import run_line
from envprobe.targets.run_line import RunLine
from envprobe.targets.setting import OPTIONS, SPECIAL, changes_for, in_words

IMAGE = {"RepoTags": ["lab:1.0.0"], "Config": {"Env": ["PATH=/bin"], "Cmd": ["sh"], "Entrypoint": None, "Labels": {"org": "x"}}}


def container(config: dict[str, Any] | None = None, host: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an inspect document of a container that was made with some settings."""
    return {
        "Id": "0123456789abcdef",
        "Name": "/trainer",
        "Image": "sha256:" + "1" * 64,
        "Config": {"Image": "lab:1.0.0", "Hostname": "0123456789ab", "Env": ["PATH=/bin"], "Cmd": ["sh"], **(config or {})},
        "HostConfig": {"NetworkMode": "default", "ShmSize": 64 << 20, "Runtime": "runc", **(host or {})},
    }


def line(
    config: dict[str, Any] | None = None, host: dict[str, Any] | None = None, image: dict[str, Any] | None = None
) -> RunLine:
    """Return the line of such a container; what holds `hunter2` is a secret, and values of OMP_ variables may be shown."""
    made = container(config, host)
    return run_line(made, image or IMAGE, "docker", lambda words: ["hunter2" in word for word in words], _is_shown)


def _is_shown(name: str) -> bool:
    return name.startswith("OMP_")


AWAY = "docker stop trainer && docker rename trainer trainer-01234567 && docker run -d --name trainer"


def test_a_plain_container_is_its_image():
    """What the image says itself, and what is the Engine's default, is not repeated."""
    assert line().typed({}) == f"{AWAY} lab:1.0.0"


@pytest.mark.parametrize(
    ("config", "host", "words"),
    [
        ({"User": "1000:1000"}, {}, "--user 1000:1000"),
        ({"WorkingDir": "/work"}, {}, "--workdir /work"),
        ({"Hostname": "lab"}, {}, "--hostname lab"),
        ({"Tty": True, "OpenStdin": True}, {}, "--tty --interactive"),
        ({"Env": ["PATH=/bin", "OMP_NUM_THREADS=2"]}, {}, "--env OMP_NUM_THREADS=2"),
        ({"Labels": {"org": "x", "a": "b c"}}, {}, "--label 'a=b c'"),
        ({}, {"Binds": ["/data:/data:ro"]}, "--volume /data:/data:ro"),
        (
            {},
            {"Mounts": [{"Type": "volume", "Source": "m", "Target": "/m", "ReadOnly": True}]},
            "--mount type=volume,source=m,target=/m,readonly",
        ),
        ({}, {"Tmpfs": {"/s": "size=1m"}}, "--tmpfs /s:size=1m"),
        ({}, {"NetworkMode": "none"}, "--network none"),
        ({}, {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}}, "--publish 127.0.0.1:8080:80/tcp"),
        (
            {},
            {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "1"}, {"HostIp": "", "HostPort": "2"}]}},
            "--publish 1:80/tcp --publish 2:80/tcp",
        ),
        ({}, {"Memory": 512 << 20, "MemorySwap": 1024 << 20, "NanoCpus": 1_500_000_000}, "--memory 536870912 --cpus 1.5"),
        (
            {},
            {"CpusetCpus": "0", "PidsLimit": 100, "ShmSize": 128 << 20},
            "--cpuset-cpus 0 --pids-limit 100 --shm-size 134217728",
        ),
        ({}, {"Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]}, "--ulimit nofile=1:2"),
        ({}, {"Init": True, "ReadonlyRootfs": True}, "--read-only --init"),
        (
            {},
            {"CapAdd": ["CAP_SYS_NICE"], "SecurityOpt": ["no-new-privileges"]},
            "--cap-add SYS_NICE --security-opt no-new-privileges",
        ),
        ({}, {"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]}, "--gpus all"),
        ({}, {"DeviceRequests": [{"DeviceIDs": ["0", "1"]}]}, "--gpus '\"device=0,1\"'"),
        ({}, {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}, "--restart on-failure:3"),
        ({}, {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}}, ""),
    ],
)
def test_settings_are_typed_as_they_were_given(config, host, words):
    """Each setting is the option of `docker run` that gives it."""
    assert line(config, host).typed({}) == f"{AWAY} {words} lab:1.0.0".replace("  ", " ")


@pytest.mark.parametrize(
    ("config", "end"),
    [
        ({"Cmd": ["python", "train me.py"]}, " lab:1.0.0 python 'train me.py'"),
        ({"Entrypoint": ["/bin/sleep"], "Cmd": ["infinity"]}, " --entrypoint /bin/sleep lab:1.0.0 infinity"),
        ({"Entrypoint": ["/bin/sh", "-c"], "Cmd": ["x"]}, " --entrypoint /bin/sh lab:1.0.0 -c x"),
    ],
)
def test_the_command_is_typed_where_it_is_not_the_images(config, end):
    """Entry point and command come after the image, as docker wants them."""
    assert line(config).typed({}) == AWAY + end


def test_no_secret_stands_in_the_line():
    """A value that may be one is read from the old container when the line is typed."""
    settings = {
        "Env": ["PATH=/bin", "A=1", "OMP_X=hunter2"],
        "Labels": {"to ken": "hunter2"},
        "Cmd": ["train", "--token", "hunter2"],
    }
    made = line(settings, {"Binds": ["/hunter2:/data"]})
    typed = made.typed({})
    assert "hunter2" not in typed + repr(made)
    inspect = "docker inspect -f '{{index %s}}' trainer-01234567"
    for source in (".Config.Env 1", ".Config.Env 2", ".Config.Cmd 2", ".HostConfig.Binds 0", '.Config.Labels "to ken"'):
        assert f'"$({inspect % source})"' in typed
    assert "A=1" not in typed


def test_a_container_that_goes_when_it_is_stopped():
    """With --rm there is nothing to rename, and nothing to read a secret from afterwards."""
    assert line({}, {"AutoRemove": True}).typed({}) == "docker rm -f trainer && docker run -d --name trainer --rm lab:1.0.0"
    assert line({"Env": ["A=1"]}, {"AutoRemove": True}).typed({}) == ""


@pytest.mark.parametrize("label", ["com.docker.compose.service", "io.kubernetes.pod.name"])
def test_what_no_person_made_is_not_typed(label):
    """A container of Compose or Kubernetes is changed where it is described."""
    made = line({"Labels": {label: "trainer"}})
    assert made.typed({}) == ""
    assert made.made_by


def test_a_reference_that_moved_is_no_name_of_the_image():
    """Where the tag names another image by now, the container's own id does."""
    assert line(image={**IMAGE, "RepoTags": ["lab:2.0.0"]}).typed({}).endswith(" sha256:" + "1" * 64)


def test_options_are_set_replaced_and_left_out():
    """A change is made to the one option that it is about."""
    made = line({"Env": ["PATH=/bin", "OMP_A=1"]}, {"CpusetCpus": "0", "Memory": 1, "MemorySwap": 5})
    typed = made.typed(
        {("--cpuset-cpus", ""): None, ("--memory", ""): ["2"], ("--memory-swap", ""): None, ("--env", "B"): ["B=x y"]}
    )
    assert typed == f"{AWAY} --env OMP_A=1 --memory 2 --env 'B=x y' lab:1.0.0"
    assert made.typed({}, "other:1").endswith(" other:1")


def test_a_variable_that_the_image_sets_is_taken_away():
    """Docker takes away what `--env NAME` names and is not set here; Podman has an option for it."""
    assert line().typed({("--env", "A"): None}).endswith("&& env -u A docker run -d --name trainer --env A lab:1.0.0")
    podman = run_line(container(), IMAGE, "podman", lambda words: [False] * len(words), _is_shown)
    assert podman.typed({("--env", "A"): None}).endswith("podman run -d --name trainer --unsetenv A lab:1.0.0")


def test_a_change_that_changes_nothing_is_known_as_that():
    """What is not in the line cannot be left out of it."""
    assert not line().takes({("--cpus", ""): None})
    assert line({}, {"NanoCpus": 1}).takes({("--cpus", ""): None})
    assert line().takes({("--init", ""): []})
    assert line().takes({})


# -- a fact to options -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected", "observed", "words"),
    [
        ("container.limits.cpuset", ABSENT, Known("0"), "without --cpuset-cpus"),
        ("container.limits.cpuset", Known("0"), ABSENT, "with --cpuset-cpus 0"),
        ("container.limits.memory_bytes", Known(5), Known(6), "with --memory 5"),
        ("container.limits.cpus", Known("1.5"), ABSENT, "with --cpus 1.5"),
        ("container.limits.ulimits.nofile", Known("1:2"), ABSENT, "with --ulimit nofile=1:2"),
        ("container.limits.ulimits.nofile", ABSENT, Known("1:2"), "without --ulimit nofile"),
        ("system.limits.open_files", Known(1024), Known(5), "with --ulimit nofile=1024"),
        ("system.limits.stack", Known("unlimited"), Known(5), "with --ulimit stack=-1"),
        ("container.init", Known(True), ABSENT, "with --init"),
        ("container.init", ABSENT, Known(True), "without --init"),
        ("container.user", Known("root"), Known("1"), "with --user root"),
        ("container.cap_add", Known(["A", "B"]), Known(["B", "C"]), "with --cap-add A and without --cap-add C"),
        ("container.network_mode", Known("none"), Known("bridge"), "with --network none"),
        ("container.network_mode", Known("bridge"), Known("none"), "without --network"),
        ("container.gpus", Known([{"count": "all", "capabilities": ["gpu"]}]), ABSENT, "with --gpus all"),
        ("container.gpus", Known([{"count": "1", "devices": ["0"]}]), ABSENT, 'with --gpus "device=0"'),
        ("container.mounted_over", ABSENT, Known(["/usr/lib"]), "without --volume /usr/lib"),
        ("environment.A", Known("1"), ABSENT, "with --env A=1"),
        ("environment.A", ABSENT, Known("1"), "without --env A"),
        ("container.changes", ABSENT, Known(["added /x"]), ""),
    ],
)
def test_a_fact_is_changed_by_its_options(path, expected, observed, words):
    """What differs is said as what is typed, never as `absent`."""
    changes = changes_for(path, expected, observed)
    assert changes is not None
    assert in_words(changes) == words


MOUNT = {"destination": "/m", "mode": "ro", "type": "volume", "name": "models"}


@pytest.mark.parametrize(
    ("expected", "observed", "changes"),
    [
        ([MOUNT], [], {("--volume", "/m"): ["models:/m:ro"]}),
        ([], [MOUNT], {("--mount", "/m"): None, ("--tmpfs", "/m"): None, ("--volume", "/m"): None}),
        ([{"destination": "/m", "mode": "rw", "type": "bind"}], [], None),
        ([MOUNT], [{**MOUNT, "mode": "rw"}], None),
        ([{"destination": "/s", "mode": "rw", "type": "tmpfs"}], [], {("--tmpfs", "/s"): ["/s"]}),
    ],
)
def test_a_mount_is_made_where_all_of_it_is_recorded(expected, observed, changes):
    """The folder of a bind mount is the other machine's own: nobody can type it."""
    facts: list[Fact] = [Known(list(side)) if side else ABSENT for side in (expected, observed)]
    assert changes_for("container.mounts", *facts) == changes


@pytest.mark.parametrize(
    "path", ["container.network_mode", "container.gpus", "environment.A", "container.user", "image.platform", "cpu.isa"]
)
def test_what_no_option_gives_is_none(path):
    """An unknown fact, and one that no option gives, has no option."""
    assert changes_for(path, Unknown("no engine"), Known("x")) is None
    assert changes_for("container.network_mode", Known("container"), Known("bridge")) is None


def test_every_container_fact_that_can_fail_or_warn_is_covered():
    """Whoever adds a fact of a container that matters says which option gives it."""
    from envprobe.default_rules import RULES

    told = [
        path
        for path, severity in RULES.items()
        if path.startswith("container.") and severity in ("fail", "warn") and "@" not in path
    ]
    covered = (*OPTIONS, *SPECIAL)
    assert [
        path for path in told if not any(path.rstrip("*").startswith(row) or row.startswith(path.rstrip("*")) for row in covered)
    ] == []


def test_the_line_is_one_that_a_shell_reads():
    """Whatever a value is, it stays one word."""
    typed = line({"User": "a b; id", "Cmd": ["$(id)", "`x`", ""]}).typed({("--env", "A"): ["A=$HOME 'x'"]})
    words = shlex.split(typed)
    assert {"a b; id", "$(id)", "`x`", "", "A=$HOME 'x'"} <= set(words)
