"""Settings that decide what a program does, and that the benchmark does not run into."""

from __future__ import annotations

from ..rule import CauseRule

RULES = (
    CauseRule(
        name="settings.hash-seed",
        facts=("environment.PYTHONHASHSEED",),
        mechanism="sets of strings iterate in an order that depends on it; the benchmark iterates over none",
        source="https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED",
    ),
    CauseRule(
        name="settings.locale",
        facts=("environment.LC_*", "environment.LANG", "system.locale", "system.encoding", "environment.PYTHONUTF8"),
        mechanism="it decides how text sorts, how numbers are written and in which encoding files are read",
        source="https://docs.python.org/3/library/locale.html",
        breaks="UnicodeDecodeError|UnicodeEncodeError|codec can't",
    ),
    CauseRule(
        name="settings.time-zone",
        facts=("environment.TZ", "environment.TZDIR", "system.timezone"),
        mechanism="dates and times are read and written in another time zone",
        source="https://docs.python.org/3/library/time.html#time.tzset",
    ),
    CauseRule(
        name="settings.keras",
        facts=("numerics.keras.*", "environment.KERAS_*"),
        mechanism="keras.json decides the defaults of every model; the benchmark states its own epsilon, so its bits do not "
        "show it",
        source="https://keras.io/api/utils/backend_utils/",
    ),
    CauseRule(
        name="settings.variable",
        facts=("environment.*",),
        mechanism="a library reads this variable; docs/facts.md says which",
        source="docs/facts.md, environment",
    ),
    CauseRule(
        name="settings.container",
        facts=("container.*", "system.*", "image.*"),
        mechanism="it decides what fails, or how the container is made, and nothing that the benchmark computes",
        source="https://docs.docker.com/reference/cli/docker/container/run/",
    ),
    CauseRule(
        name="settings.experiment",
        facts=("run.*", "code.*", "data.*"),
        mechanism="another command, code or data gives other outputs whatever the environment; the benchmark uses none of them",
        source="docs/experiments.md",
    ),
    CauseRule(
        name="settings.numerics",
        facts=("numerics.*",),
        mechanism="a numeric switch has another value, of which the benchmark's bits show nothing",
        source="docs/facts.md, numerics",
    ),
)
