"""The plan in the forms of other tools, so that nobody is locked in. One file a form, one line in `FORMS`. Pure."""

from __future__ import annotations

from collections.abc import Callable

from ..plan import EnvironmentPlan
from . import compose, devcontainer, docker, dockerfile, kubernetes, script

FORMS: dict[str, Callable[[EnvironmentPlan], str]] = {
    "docker": docker.render,
    "compose": compose.render,
    "devcontainer": devcontainer.render,
    "kubernetes": kubernetes.render,
    "dockerfile": dockerfile.render,
    "script": script.render,
}
