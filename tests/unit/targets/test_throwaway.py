"""What a throw-away container is made of, and which one is a leftover."""

from __future__ import annotations

import pytest

from envprobe.error import UsageError
from envprobe.targets.address import parse
from envprobe.targets.image import LABEL, LASTING, as_docker_run, is_leftover, settings
from envprobe.targets.outside import container_section


def test_it_is_confined_and_recognised():
    """It has no network and no terminal, logs nothing on the engine's disk, and bears our label."""
    made = settings(parse("image://lab:1.0.0"), {})
    assert made["HostConfig"] == {"NetworkMode": "none", "LogConfig": {"Type": "none"}}
    assert made["Labels"] == {LABEL: "1"}
    assert not made["Tty"]


@pytest.mark.parametrize(
    ("gpus", "expected"),
    [
        ("all", {"Count": -1}),
        ("2", {"Count": 2}),
        ("device=0", {"DeviceIDs": ["0"]}),
        ("device=0,GPU-8a5c", {"DeviceIDs": ["0", "GPU-8a5c"]}),
    ],
)
def test_gpus_are_asked_for_as_docker_run_does(gpus, expected):
    """`gpus` has the words of `docker run --gpus`."""
    request = settings(parse(f"image://lab:1.0.0?gpus={gpus}"), {})["HostConfig"]["DeviceRequests"][0]
    assert request == {"Driver": "", "Capabilities": [["gpu"]], **expected}


def test_variables_and_cpus_are_passed_on():
    """`env` may be repeated and hold anything behind its first `=`; a name alone has its value from here, as with `docker run`."""
    made = settings(parse("image://lab:1.0.0?env=A=1&env=B=x%20y=z&env=TOKEN&cpuset=0-3"), {"TOKEN": "hunter2"})
    assert made["Env"] == ["A=1", "B=x y=z", "TOKEN=hunter2"]
    assert made["HostConfig"]["CpusetCpus"] == "0-3"


@pytest.mark.parametrize(("option", "said"), [("env=TOKEN", "env=TOKEN: not set here"), ("env==1", "env= without a name")])
def test_a_variable_that_is_none_is_refused(option, said):
    """A name that is not set here, and a value without a name, are told before anything is made."""
    with pytest.raises(UsageError) as caught:
        settings(parse(f"image://lab:1.0.0?{option}"), {})
    assert said in caught.value.message


def test_its_own_settings_are_not_taken_for_the_images():
    """What was done for safety's sake is not recorded: `docker run` would have given it a network."""
    document = {"Config": {"User": ""}, "HostConfig": {"NetworkMode": "none", "ShmSize": 67108864}}
    plain = {"Config": {"User": ""}, "HostConfig": {"NetworkMode": "default", "ShmSize": 67108864}}
    assert container_section(as_docker_run(document), []) == container_section(plain, [])


@pytest.mark.parametrize(("age_s", "expected"), [(10, False), (3599, False), (3601, True)])
def test_only_an_old_one_is_a_leftover(age_s, expected):
    """A young one may belong to another envprobe that runs now."""
    assert is_leftover({"Id": "c1", "Created": 1_000_000}, 1_000_000 + age_s) is expected


def test_an_experiment_may_take_days():
    """The container in which one runs is left to it by every other envprobe, and removed when nobody can be waiting for it."""
    entry = {"Id": "c1", "Created": 1_000_000, "Labels": {LABEL: "1", LASTING: "1"}}
    assert not is_leftover(entry, 1_000_000 + 7 * 24 * 3600)
    assert is_leftover(entry, 1_000_000 + 31 * 24 * 3600)
