"""What the forms share: paths that mean the same on a colleague's machine, and how a shell reads them."""

from __future__ import annotations

import re

from ..plan import EnvironmentPlan

STATE = ".local/state/envprobe/environments"
"""Below HOME: where the token, HOME and keys of an environment lie."""


def placed(source: str, plan: EnvironmentPlan, folder: str, home: str) -> str:
    """Return a path of this machine as `folder` or `home` and the rest; one that lies elsewhere as it is."""
    for start, word in ((plan.state, f"{home}/{STATE}/{plan.name}"), (plan.folder, folder)):
        if source == start or source.startswith(f"{start}/"):
            return word + source[len(start) :]
    return source


def in_shell(source: str, plan: EnvironmentPlan, folder: str = "$PWD") -> str:
    """Return a path as it stands between a shell's double quotes."""
    path = placed(source, plan, "\0", "\1")
    escaped = re.sub(r'([\\"`$])', r"\\\1", path)
    return escaped.replace("\0", folder).replace("\1", "$HOME")


def user_in_shell(plan: EnvironmentPlan) -> str:
    """Return the user as a shell's word: whoever calls, where the settings name nobody."""
    return '"$(id -u):$(id -g)"' if plan.is_callers else plan.user


def head(plan: EnvironmentPlan, form: str) -> str:
    """Return what the first lines of a file say, each to become a comment."""
    return f"{plan.name}: {plan.image}. Made by `envprobe up --print {form}`."
