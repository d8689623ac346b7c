"""What runs or is imported before the program: sitecustomize, .pth files, PYTHONPATH, modules in front of others."""

from __future__ import annotations

from ..rule import ANYTHING, CauseRule

SITE = "https://docs.python.org/3/library/site.html"

RULES = (
    CauseRule(
        name="start.code",
        facts=("python.sitecustomize", "python.usercustomize", "python.pth.*", "environment.PYTHONSTARTUP"),
        mechanism="it runs at every start of Python, before any program, and can set variables and change modules",
        source=SITE,
        moves=ANYTHING,
        breaks=".",
    ),
    CauseRule(
        name="start.path",
        facts=(
            "environment.PYTHONPATH",
            "environment.PYTHONHOME",
            "python.path",
            "python.user_site",
            "environment.PYTHONUSERBASE",
        ),
        mechanism="folders in front on sys.path shadow what is installed",
        source="https://docs.python.org/3/using/cmdline.html#envvar-PYTHONPATH",
        moves=ANYTHING,
        breaks=".",
    ),
    CauseRule(
        name="start.shadowed",
        facts=("packages.*.shadowed", "packages.*.shadowed_by", "modules.*"),
        mechanism="import takes the first module of a name that it finds, which is not the installed one",
        source="https://docs.python.org/3/reference/import.html#searching",
        moves=ANYTHING,
        breaks=r"No module named|cannot import name|has no attribute|partially initialized",
    ),
    CauseRule(
        name="start.interpreter",
        facts=("python.version", "python.implementation", "python.*", "stdlib.*"),
        mechanism="another interpreter, or another standard library, runs other code",
        source="https://docs.python.org/3/whatsnew/",
        moves=("host/libm/*", "host/random/*", "pipeline/*"),
        breaks=r"stdlib|SyntaxError|No module named '_|requires a different Python|No matching distribution",
    ),
)
