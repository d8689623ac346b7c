"""The forms of other tools say the same as the plan. Their own tools are asked in tests/real/test_standard_forms.py."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from envprobe.audit.examine import examine
from envprobe.audit.reading import read
from envprobe.cli.standard import PRINTED
from envprobe.standard.export import FORMS
from envprobe.standard.plan import EnvironmentPlan, plan_of
from envprobe.standard.settings import EnvironmentSettings
from tests.support.standard import ANN, FULL, plan

PLANS = {
    "jupyter": plan(),
    "added": plan(**FULL),
    "gpu": plan(variant="gpu", shm="1g"),
    "ssh": plan(start="ssh"),
    "plain": plan(start="plain", env=FULL["env"]),
}
KINDS = {
    "docker": "script",
    "compose": "compose",
    "devcontainer": "devcontainer",
    "kubernetes": "kubernetes",
    "dockerfile": "dockerfile",
    "script": "script",
}


def test_every_form_can_be_asked_for() -> None:
    """What `--print` offers are the forms that there are."""
    assert tuple(FORMS) == PRINTED


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("form", FORMS)
def test_doctor_has_nothing_against_what_up_prints(form: str, name: str) -> None:
    """What is printed keeps the rules that others are held to."""
    text = FORMS[form](PLANS[name])
    found = examine(read(f"x.{form}", KINDS[form], text))
    assert [(one.rule, one.evidence) for one in found if one.severity != "note"] == []


@pytest.mark.parametrize("form", FORMS)
def test_nothing_of_this_machine_is_in_a_file_for_others(form: str) -> None:
    """Not where the project lies, nor whose HOME it is."""
    assert "/home/ann" not in FORMS[form](PLANS["added"])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["jupyter", "added"])
def test_the_same_is_started(form: str, name: str) -> None:
    """Image, command, folder and port are those of the plan."""
    text, made = FORMS[form](PLANS[name]), PLANS[name]
    assert made.image in text
    assert "/tf/notebooks" in text and "notebook-dir" in text
    if form != "dockerfile":
        assert "8888" in text and "/run/envprobe/token" in text


def test_compose_reads_what_was_meant() -> None:
    """Dollars of a value are none of Compose's, and numbers are numbers."""
    service = yaml.safe_load(FORMS["compose"](PLANS["added"]))["services"]["environment"]
    assert service["environment"]["PRICE"] == 'a $$5 "x" `y`'
    assert service["ports"] == ["127.0.0.1:8888:8888", "127.0.0.1:6006:6006"]
    assert (service["mem_limit"], service["cpus"], service["shm_size"]) == (8 << 30, 2.5, 1 << 30)
    assert service["volumes"][0] == {
        "type": "bind",
        "source": ".",
        "target": "/tf/notebooks",
        "bind": {"create_host_path": False},
    }


def test_gpus_are_asked_for_in_each_form() -> None:
    """Each tool has its own word for it."""
    texts = {form: render(PLANS["gpu"]) for form, render in FORMS.items()}
    assert "--gpus all" in texts["docker"] and "--gpus all" in texts["script"]
    assert "driver: nvidia" in texts["compose"] and "nvidia.com/gpu" in texts["kubernetes"]
    assert '"--gpus=all"' in texts["devcontainer"] and '"gpu": true' in texts["devcontainer"]


def test_a_dev_container_is_json_behind_its_comments() -> None:
    """VS Code takes comments; the rest is JSON."""
    body = json.loads(re.sub(r"^//.*\n", "", FORMS["devcontainer"](PLANS["jupyter"]), flags=re.M))
    assert body["image"] == "tensorflow/tensorflow:2.9.0-jupyter" and body["forwardPorts"] == [8888]


@given(st.text(min_size=1, max_size=12).filter(str.isprintable))
def test_any_value_arrives_as_it_is(value: str) -> None:
    """A variable is what the settings say, however it is spelled in a form."""
    made: EnvironmentPlan = plan_of(EnvironmentSettings(env={"V": value}), ANN)
    service = yaml.safe_load(FORMS["compose"](made))["services"]["environment"]
    assert service["environment"]["V"].replace("$$", "$") == value
    pod = list(yaml.safe_load_all(FORMS["kubernetes"](made)))[1]
    assert {"name": "V", "value": value} in pod["spec"]["containers"][0]["env"]
    body = json.loads(re.sub(r"^//.*\n", "", FORMS["devcontainer"](made), flags=re.M))
    assert body["containerEnv"]["V"] == value
