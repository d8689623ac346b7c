"""Which calls of an installer bring packages to a baseline's, and what a new environment is to have."""

from __future__ import annotations

from envprobe.causes.applying import InstallerCall, installer_calls, installer_line, new_packages
from envprobe.targets.prompt import Installer
from tests.support.sample import fingerprint


def test_what_pip_and_uv_do_is_told_from_the_rest() -> None:
    """Calls of both installers are read, two in one line too; a variable and another program are handed back."""
    calls, others = installer_calls(
        [
            "/v/bin/python -m pip install --index-url https://a/simple 'numpy==1.22.4'",
            "uv pip uninstall --python /v/bin/python keras && uv pip install --python /v/bin/python --force-reinstall --no-deps six==1",
            "/v/bin/python -m pip uninstall --break-system-packages -y idna",
            "export TF_ENABLE_ONEDNN_OPTS=0",
            "docker stop a && docker start a",
        ]
    )
    assert calls == [
        InstallerCall("install", ("--index-url", "https://a/simple", "numpy==1.22.4")),
        InstallerCall("uninstall", ("keras",)),
        InstallerCall("install", ("--force-reinstall", "--no-deps", "six==1")),
        InstallerCall("uninstall", ("idna",)),
    ]
    assert others == ["export TF_ENABLE_ONEDNN_OPTS=0", "docker stop a && docker start a"]


def test_a_new_environment_has_what_was_right_and_what_is_wanted() -> None:
    """Each package stands once, in one call for an index; nothing resolves dependencies, and no pip stays that was not there."""
    mine = {"packages.mine.version": "0.1", "packages.mine.origin": "editable"}
    observed = fingerprint({**mine, "packages.other.version": "2", "packages.other.origin": "archive sha256:1"})
    calls = [
        InstallerCall("install", ("numpy==1.23.5",)),
        InstallerCall("install", ("--force-reinstall", "--no-deps", "Six==1.15.0")),
        InstallerCall("install", ("--index-url", "https://a/simple", "torch==1.9+cpu")),
        InstallerCall("uninstall", ("tensorflow",)),
    ]
    found = new_packages(observed, calls, {"mine": "--editable=/home/me/mine"})
    assert found.calls == [
        InstallerCall("install", ("--no-deps", "--editable=/home/me/mine", "numpy==1.23.5", "Six==1.15.0")),
        InstallerCall("install", ("--no-deps", "--index-url", "https://a/simple", "torch==1.9+cpu")),
    ]
    assert found.unneeded == ["setuptools", "pip"]
    assert found.left == ["other 2, from archive sha256:1"]


def test_a_call_is_typed_for_the_installer_that_is_there() -> None:
    """No dependency comes in, whichever of them it is, and nothing is asked."""
    install = InstallerCall("install", ("--index-url", "https://a/simple", "a @ https://b/c d"))
    assert installer_line(install, Installer()) == (
        "python3 -m pip install --no-deps --index-url https://a/simple 'a @ https://b/c d'"
    )
    uv = Installer(has_pip=False, has_uv=True, is_managed=True)
    assert (
        installer_line(InstallerCall("uninstall", ("six",)), uv)
        == "uv pip uninstall --python python3 --break-system-packages six"
    )
    assert installer_line(InstallerCall("uninstall", ("six",)), Installer()) == "python3 -m pip uninstall -y six"
