"""What is typed so that envprobe's own environment gets what an extra brings."""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import metadata

import pytest

from envprobe.installation import DISTRIBUTION, command_for, installing


@pytest.mark.parametrize(
    ("has_pip", "has_uv", "is_managed", "command"),
    [
        (True, True, False, "/v/bin/python -m pip install 'h5py>=3.7'"),
        (True, False, True, "/v/bin/python -m pip install --break-system-packages 'h5py>=3.7'"),
        (False, True, False, "uv pip install --python /v/bin/python 'h5py>=3.7'"),
        (False, True, True, "uv pip install --python /v/bin/python --break-system-packages 'h5py>=3.7'"),
        (False, False, False, "install 'h5py>=3.7' into the environment of /v/bin/python, which has neither pip nor uv"),
    ],
)
def test_the_installer_is_the_one_that_is_there(has_pip, has_uv, is_managed, command):
    """An environment that uv made has no pip; a Python of the operating system's wants to be overruled."""
    assert command_for(["h5py>=3.7"], "/v/bin/python", has_pip, has_uv, is_managed=is_managed) == command


def test_a_path_with_spaces_stays_one_word():
    """The command can be pasted whatever the folder is called."""
    assert shlex.split(command_for(["a"], "/my venv/bin/python", True, False))[0] == "/my venv/bin/python"


@pytest.mark.parametrize("extra", metadata(DISTRIBUTION).get_all("Provides-Extra"))
def test_our_own_name_is_never_asked_of_an_index(extra):
    """An index that we do not own may have anything under our name: what the extra brings is named instead."""
    words = installing(extra)
    assert not re.search(r"install.* '?envprobe-ml", words)
    assert sys.executable in words or "again" in words
