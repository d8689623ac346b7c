"""The plan says all that a container is, and the same plan is the same container."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import UsageError
from envprobe.standard.create import differences, document, is_ours, with_account
from envprobe.standard.plan import TOKEN, plan_of
from envprobe.standard.settings import EnvironmentSettings
from tests.support.standard import ANN, plan


def test_work_lies_on_this_machine() -> None:
    """The project's folder is where Jupyter serves, and HOME outlives the container."""
    made = plan()
    assert {mount.target: mount.source for mount in made.mounts} == {
        "/tf/notebooks": "/home/ann/digits",
        "/home/work": f"{ANN.state}/home",
        TOKEN: f"{ANN.state}/token",
    }
    assert "--notebook-dir=/tf/notebooks" in made.command and "--allow-root" not in made.command
    assert made.user == "1000:1000"


def test_only_this_machine_reaches_it() -> None:
    """Jupyter's and every other port are on loopback, unless an address stands in front."""
    made = plan(ports=["6006:6006", "0.0.0.0:7000:7001"])
    assert [(port.address, port.here, port.there) for port in made.ports] == [
        ("127.0.0.1", 8888, 8888),
        ("127.0.0.1", 6006, 6006),
        ("0.0.0.0", 7000, 7001),
    ]


def test_no_token_is_in_the_engines_document() -> None:
    """`docker inspect` shows where the token lies, and not what it is."""
    text = json.dumps(document(plan()))
    assert "JUPYTER_TOKEN=" not in text and "NotebookApp.token" not in text
    assert f"JUPYTER_TOKEN_FILE={TOKEN}" in text


def test_a_missing_folder_is_an_error_of_the_engine() -> None:
    """Mounts, not binds: of a bind the engine makes a missing folder, which is root's."""
    assert "Binds" not in document(plan())["HostConfig"]


def test_podman_keeps_the_callers_number() -> None:
    """Rootless it would map the caller to root; root's own needs no mapping, and refuses it."""
    assert document(plan(engine="podman"))["HostConfig"]["UsernsMode"] == "keep-id"
    rooted = plan_of(EnvironmentSettings(engine="podman"), msgspec.structs.replace(ANN, is_root=True))
    assert "UsernsMode" not in document(rooted)["HostConfig"] and "UsernsMode" not in document(plan())["HostConfig"]


def test_root_is_nobody_to_work_as() -> None:
    """Files of root in a user's folder are the trouble that this is to prevent."""
    with pytest.raises(UsageError) as refused:
        plan_of(EnvironmentSettings(), msgspec.structs.replace(ANN, uid=0, gid=0))
    assert "chown" in refused.value.hint
    assert plan_of(EnvironmentSettings(user="7:8"), msgspec.structs.replace(ANN, uid=0, gid=0)).user == "7:8"


def test_two_mounts_of_one_place_are_refused() -> None:
    """The second would hide the first."""
    with pytest.raises(UsageError, match="/tf/notebooks: two mounts"):
        plan(mounts=[msgspec.convert({"source": "x", "target": "/tf/notebooks/"}, type=_mount_type())])


def _mount_type() -> type:
    from envprobe.standard.settings import MountSetting

    return MountSetting


@pytest.mark.parametrize(
    ("image", "has_jupyter", "adds"),
    [
        ("tensorflow/tensorflow:2.9.0-jupyter", None, False),
        ("tensorflow/tensorflow:2.9.0", None, True),
        ("team/train:1.4.0", True, False),
        ("team/train:1.4.0", False, True),
    ],
)
def test_jupyter_is_added_where_it_is_missing(image: str, has_jupyter: bool | None, adds: bool) -> None:
    """The official plain image has none; of a team's own somebody looks."""
    made = plan(has_jupyter, image=image)
    assert (made.recipe is not None) is adds
    assert made.started_image == (made.recipe.tag if made.recipe else image)


def test_another_recipe_is_another_image() -> None:
    """The tag of a derived image is the digest of what it adds, and to what."""
    one, two = plan(image="tensorflow/tensorflow:2.9.0"), plan(image="tensorflow/tensorflow:2.9.0", packages=["pandas==1.4.2"])
    assert one.recipe and two.recipe and one.recipe.tag != two.recipe.tag
    assert one.recipe.tag == plan(image="tensorflow/tensorflow:2.9.0", port=9999).started_image


def test_a_version_of_jupyter_that_is_asked_for_is_the_one() -> None:
    """Who pins notebook gets that, with what it asks for itself."""
    made = plan(image="tensorflow/tensorflow:2.9.0", packages=["notebook==6.5.7"])
    assert made.recipe and made.recipe.packages == ("notebook==6.5.7",)


def test_ssh_reads_the_distributions_lists_alone() -> None:
    """NVIDIA's lists in the GPU image need a key that was changed once, and a server that no proxy may know."""
    made = plan(start="ssh", variant="gpu")
    assert made.recipe and "Dir::Etc::SourceParts" in made.recipe.script and "openssh-server" in made.recipe.script
    assert made.mounts[-1].target != TOKEN


@given(st.sampled_from(["port", "memory", "cpus", "user", "shm", "packages", "env"]), st.integers(1, 60))
def test_what_was_changed_is_named(name: str, number: int) -> None:
    """A container of other settings is shown with the rows that are others; one of the same has none."""
    values = {
        "memory": f"{number}g",
        "shm": f"{number}m",
        "user": f"{number}:7",
        "packages": [f"a=={number}"],
        "env": {"A": str(number)},
    }
    before, after = plan(), plan(**{name: values.get(name, number)})
    container = {"Config": {"Labels": document(before)["Labels"]}}
    assert is_ours(container)
    assert differences(container, before) == []
    assert differences(container, after)
    assert before.digest != after.digest


def test_a_damaged_label_is_no_crash() -> None:
    """Anybody can write a label."""
    for labels in ({"org.envprobe.environment": "x", "org.envprobe.plan": "[1"}, {"org.envprobe.environment": "x"}):
        assert differences({"Config": {"Labels": labels}}, plan())
    assert not is_ours({"Config": {"Labels": None}})


def test_the_user_has_a_name_there() -> None:
    """getpass, ssh and bash ask for it; one that the image has is kept."""
    assert with_account("root:x:0:0::/root:/bin/sh\n", "1000:5").splitlines()[1] == "work:*:1000:5:envprobe:/home/work:/bin/bash"
    assert with_account("ann:x:1000:1000::/home/ann:/bin/sh\n", "1000:1000") == "ann:x:1000:1000::/home/ann:/bin/sh\n"
