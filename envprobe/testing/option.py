"""The plugin's options and the ini settings of the same names."""

from __future__ import annotations

from typing import Any

import pytest

SWITCHES = {
    "envprobe": "check the environment against a baseline; a failure there fails the run",
    "envprobe_record": "record what `reproducible.check` obtains as expected, and fail the run",
    "envprobe_strict": "let warnings about the environment fail the run, too",
}
TEXTS = {
    "envprobe_baseline": ("NAME", "the baseline's name or file (default: the project's)"),
    "envprobe_target": ("TARGET", "where the environment is (default: the project's, or this interpreter)"),
    "envprobe_policy_from": ("REVISION", "take envprobe's settings, policy and baseline from this git revision"),
}
IMPLYING = ("envprobe_baseline", "envprobe_target", "envprobe_policy_from", "envprobe_strict")
"""Options that ask for the check when they stand on the command line."""


def add_options(parser: pytest.Parser) -> None:
    """Add the options, and a setting of the same name for each."""
    group = parser.getgroup("envprobe", "environment and reproducibility")
    for name, words in SWITCHES.items():
        group.addoption(_flag(name), dest=name, action="store_true", default=None, help=words)
        parser.addini(name, words, type="bool", default=False)
    for name, (metavar, words) in TEXTS.items():
        group.addoption(_flag(name), dest=name, metavar=metavar, default=None, help=words)
        parser.addini(name, words, default="")


def setting(config: pytest.Config, name: str) -> Any:
    """Return an option, or the setting of the same name where the command line does not say."""
    value = config.getoption(name)
    return config.getini(name) if value is None else value


def is_implied(config: pytest.Config) -> bool:
    """Tell whether an option on the command line asks for the check without `--envprobe`."""
    return any(config.getoption(name) is not None for name in IMPLYING)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
