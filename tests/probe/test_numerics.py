"""keras.json: which file Keras reads, and what it means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collectors.numerics import collect as numerics
from probes.collectors.numerics import read_keras

from .fake import facts
from .machine import Machine

DEFAULTS = {
    "keras.floatx": "float32",
    "keras.epsilon": "1e-07",
    "keras.image_data_format": "channels_last",
    "keras.backend": "tensorflow",
}
FILE = "/home/alice/.keras/keras.json"


def stated(**values: Any) -> str:
    defaults = {"floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow", "image_data_format": "channels_last"}
    return json.dumps({**defaults, **values})


@pytest.mark.parametrize("files", [{}, {FILE: "{}"}, {FILE: stated()}, {FILE: '{"epsilon": 0.0000001}'}])
def test_no_file_equals_a_file_of_defaults(tmp_path: Path, files: dict[str, str]) -> None:
    """Keras writes the defaults down at its first import; that changes nothing and must be no difference."""
    assert facts(numerics, Machine(tmp_path, files))["known"] == DEFAULTS


def test_a_setting_that_differs_is_seen(tmp_path: Path) -> None:
    """One changed line in keras.json moves every number of a model."""
    known = facts(numerics, Machine(tmp_path, {FILE: stated(floatx="float64", epsilon=1e-5)}))["known"]
    assert known == {**DEFAULTS, "keras.floatx": "float64", "keras.epsilon": "1e-05"}


def test_keras_home_wins(tmp_path: Path) -> None:
    """Keras reads the folder that KERAS_HOME names and no other."""
    files = {FILE: stated(floatx="float64"), "/settings/keras.json": stated(floatx="float16")}
    machine = Machine(tmp_path, files, environ={"KERAS_HOME": "/settings"})
    assert facts(numerics, machine)["known"]["keras.floatx"] == "float16"


@pytest.mark.parametrize(
    ("config", "floatx"), [("/site/keras/src/backend/config.py", "float16"), ("/site/keras/backend.py", "float64")]
)
def test_a_home_that_cannot_be_written(tmp_path: Path, config: str, floatx: str) -> None:
    """Keras 3 then reads /tmp/.keras; Keras 2.9 reads ~/.keras all the same (its backend.py)."""
    files = {FILE: stated(floatx="float64"), "/tmp/.keras/keras.json": stated(floatx="float16"), config: ""}

    class ReadOnlyHome(Machine):
        def writable(self, path: str) -> bool:
            return path != "/home/alice"

    machine = ReadOnlyHome(tmp_path, files, path=("/site",))
    assert facts(numerics, machine)["known"]["keras.floatx"] == floatx


@pytest.mark.parametrize("text", ["", "{", '{"floatx": "float64"', "[]", '"float32"', "\0"])
def test_a_broken_file_is_unknown(tmp_path: Path, text: str) -> None:
    """Keras takes its defaults then without a word, or dies: neither is what the file's author meant."""
    document = facts(numerics, Machine(tmp_path, {FILE: text}))
    assert set(document["unknown"]) == set(DEFAULTS)
    assert "{home}/.keras/keras.json" in document["unknown"]["keras.floatx"]
    assert document["known"] == {}


@given(st.none() | st.booleans() | st.floats() | st.text(st.characters()) | st.dictionaries(st.text(), st.floats()))
def test_any_json_is_read_as_text_or_refused(value: object) -> None:
    """Whatever the file holds, a setting is a string and no code runs."""
    try:
        settings = read_keras(json.dumps({"floatx": value, "other": value}))
    except ValueError:
        return
    assert list(settings) == ["floatx"]
    settings["floatx"].encode("utf-8")
