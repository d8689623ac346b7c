"""What was changed in a container: what is told of it, and what it leaves untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.targets.container_change import ContainerChange, read_changes, summary, untouched, without_the_engines

DIFF = [
    {"Path": "/usr", "Kind": 0},
    {"Path": "/usr/lib", "Kind": 0},
    {"Path": "/usr/lib/six.py", "Kind": 0},
    {"Path": "/usr/lib/__pycache__", "Kind": 1},
    {"Path": "/usr/lib/__pycache__/six.pyc", "Kind": 1},
    {"Path": "/opt", "Kind": 0},
    {"Path": "/opt/new", "Kind": 1},
    {"Path": "/opt/new/a", "Kind": 1},
    {"Path": "/opt/new/a/b", "Kind": 1},
    {"Path": "/etc", "Kind": 0},
    {"Path": "/etc/gone", "Kind": 2},
    {"Path": "/tmp", "Kind": 0},
    {"Path": "/tmp/x", "Kind": 1},
    {"Path": "/run/secrets", "Kind": 1},
    {"Path": "/root", "Kind": 0},
    {"Path": "/root/.cache", "Kind": 1},
    {"Path": "/root/.cache/pip", "Kind": 1},
    {"Path": "/mounted", "Kind": 1},
    {"Path": "/mounted/here", "Kind": 1},
]


def test_changes_say_each_thing_once():
    """Of the Engine's diff what matters remains: no parents, no volatile places, no mount points, a new folder as one line."""
    told = summary(read_changes(DIFF), ["/mounted/here"])
    assert [f"{change.kind} {change.path}" for change in told] == [
        "deleted /etc/gone",
        "added /opt/new",
        "changed /usr/lib/six.py",
    ]


def test_the_settings_that_keras_leaves_are_no_change():
    """The first import of Keras writes its settings, which are facts of their own; data that it keeps beside them is told."""
    settings = [
        ContainerChange("/root", "changed"),
        ContainerChange("/root/.keras", "added"),
        ContainerChange("/root/.keras/keras.json", "added"),
    ]
    assert summary(settings, []) == []
    data = [
        *settings,
        ContainerChange("/root/.keras/datasets", "added"),
        ContainerChange("/root/.keras/datasets/digits.npz", "added"),
    ]
    assert summary(data, []) == [ContainerChange("/root/.keras", "added")]


GPUS = {"HostConfig": {"DeviceRequests": [{"Count": -1}]}}
LIBRARIES = "/usr/lib/x86_64-linux-gnu"


@pytest.mark.parametrize(
    ("container", "kind", "path", "is_told"),
    [
        ({"HostConfig": {"Init": True}}, "added", "/sbin/docker-init", False),
        ({"HostConfig": {"Init": True}}, "added", "/run/podman-init", False),
        ({"HostConfig": {"Init": None}}, "added", "/sbin/docker-init", True),
        (GPUS, "added", f"{LIBRARIES}/libcuda.so.470.82.01", False),
        (GPUS, "added", "/usr/bin/nvidia-smi", False),
        (GPUS, "changed", "/etc/ld.so.cache", False),
        (GPUS, "changed", f"{LIBRARIES}/libcudart.so.11.0", True),
        (GPUS, "changed", f"{LIBRARIES}/libm.so.6", True),
        ({"HostConfig": {"Runtime": "nvidia"}}, "added", f"{LIBRARIES}/libnvidia-ml.so.1", False),
        ({}, "added", f"{LIBRARIES}/libcuda.so.1", True),
        ({"Config": {"WorkingDir": "/work/here"}}, "added", "/work/here", False),
        ({"Config": {"WorkingDir": "/work/here"}}, "added", "/work", False),
        ({"Config": {"WorkingDir": "/work/here"}}, "changed", "/work", True),
        ({"Config": {"User": "1234"}}, "changed", "/etc/passwd", False),
        ({"Config": {"User": ""}}, "changed", "/etc/passwd", True),
    ],
)
def test_what_the_engine_does_for_a_setting_is_no_change(container, kind, path, is_told):
    """`--init`, `--gpus`, `--workdir` and Podman's `--user` put files into a container; nobody changed anything."""
    assert without_the_engines([ContainerChange(path, kind)], container) == ([ContainerChange(path, kind)] if is_told else [])


def test_what_lies_in_the_folder_of_workdir_is_told():
    """A folder that was made for `--workdir` and filled since is a change."""
    changes = [ContainerChange("/work", "added"), ContainerChange("/work/train.py", "added")]
    assert summary(without_the_engines(changes, {"Config": {"WorkingDir": "/work"}}), []) == [ContainerChange("/work", "added")]


@pytest.mark.parametrize(
    ("changed", "mounted", "clean"),
    [
        ([], [], True),
        ([ContainerChange("/tmp/x", "added"), ContainerChange("/tmp", "changed")], ["/data"], True),
        (
            [
                ContainerChange("/usr/lib/python3/six.py", "changed"),
                ContainerChange("/usr/lib", "changed"),
                ContainerChange("/usr", "changed"),
            ],
            [],
            False,
        ),
        ([ContainerChange("/usr/lib/python3/__pycache__/six.pyc", "added")], [], False),
        ([ContainerChange("/usr/lib", "deleted")], [], False),
        (
            [
                ContainerChange("/usr/lib/python38", "changed"),
                ContainerChange("/usr/lib", "changed"),
                ContainerChange("/usr", "changed"),
            ],
            [],
            True,
        ),
        ([], ["/usr/lib/python3/numpy"], False),
        ([], ["/usr"], False),
        ([], ["/"], False),
    ],
)
def test_places_are_vouched_for_only_when_nothing_touches_them(changed, mounted, clean):
    """A change or a mount above, at or under a place on Python's path means that it must be looked at; byte code counts."""
    assert untouched(changed, mounted, ["/usr/lib/python3", "/usr/lib/python3.zip"]) is clean


paths = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))


@given(st.lists(st.builds(ContainerChange, paths, st.sampled_from(["added", "changed", "deleted"]))))
def test_the_summary_does_not_depend_on_order_and_hides_no_leaf(changes):
    """Every change that nothing lies under is told by itself or by a new folder above it."""
    told = summary(changes, [])
    assert told == summary(changes[::-1], [])
    for change in changes:
        if not any(other.path.startswith(change.path + "/") for other in changes):
            assert any(change.path == each.path or change.path.startswith(each.path + "/") for each in told)
