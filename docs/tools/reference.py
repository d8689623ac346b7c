"""Write the pages of docs/reference/ that are tables of the code: `python docs/tools/reference.py`.

A test compares them with the code, so whoever changes a rule, a setting, a status or a cause runs this and reads the difference.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import msgspec

sys.path.insert(0, str(Path(__file__).parents[2]))

from envprobe import cli, config, default_rules, report
from envprobe.assess import cause, switches
from envprobe.audit import rules as audit_rules
from envprobe.baseline import waiver
from envprobe.causes.rules import RULES as CAUSE_RULES
from envprobe.causes.rules.breakages import BREAKAGES, MISSING
from envprobe.output import tolerance
from envprobe.standard import settings as environment
from envprobe.targets import scheme

DOCS = Path(__file__).parents[1]
HEAD = "# {}\n\n<!-- Made by `python docs/tools/reference.py` from {}; change that. -->\n\n{}"
ABOUT_RULES = """\
What each difference means where nobody says otherwise. [Policy](../policy.md) tells how rules win over each other, and has the
measurements behind the word "measured". The `*` of a glob matches dots too; `@word` narrows it to a kind of difference or to
where two versions part."""
ABOUT_SETTINGS = """\
`envprobe.toml`, or `[tool.envprobe]` in `pyproject.toml`: the nearest at or above the working folder, up to the repository's
root or the home folder. Relative paths are relative to the file. A name that is not here is an error that says which one may
be meant."""
ABOUT_STATUSES = """\
As those of diff(1): a difference is 1, trouble is 2. Trouble is wrong usage, no baseline, no target, a probe that failed, and any
bug of ours. Ctrl-C is 130. With `--strict` a warning counts as a difference."""
ABOUT_CAUSES = """\
One change moves many facts. Where a difference on the left and one on the right are both there, the report shows the right one
as the cause and the left one under `also changes`; JSON has both, the consequence with `because`. The likeliest stands first.
`{name}` is the same text on both sides."""
ABOUT_TARGETS = """\
Where a program can be run, by what stands before `://`. [Targets](../targets.md) tells what is asked, what is safe, and which
options follow a `?`."""
ABOUT_DOCTOR = """\
What [`envprobe doctor`](../doctor.md) looks for. A finding's rule is a family, or a family with a detail behind a dot. What a
careful reviewer would insist on in a shared environment fails or warns; on what experts disagree is a note."""
ABOUT_EXPLAIN = """\
What [`envprobe explain`](../explain.md) knows: which differences can be a cause, and by what mechanism. The first rule that takes
a difference speaks of it."""
ABOUT_POLICY = """
## `[tool.envprobe.policy]`

`"GLOB" = "fail"`, `"warn"`, `"note"` or `"ignore"`, and the limits of a trace under `tolerance`: [policy](../policy.md).

## `[[tool.envprobe.waivers]]`

All four are required.

| key | |
| --- | --- |"""
STATUS = re.compile(r"Exit status: (.*?)(?:\n\n|\Z)", re.DOTALL)
RULE = re.compile(r'    "(?P<glob>[^"]+)": "(?P<severity>\w+)",(?:  # (?P<reason>.*))?')
ONLY_WHERE = {
    "_always": "",
    "_from_pythonpath": "one side's value lies in a folder of PYTHONPATH",
    "_in_front": "the copy that import takes lies in a folder of PYTHONPATH",
    "_other_minor": "the major or minor version is another one",
    "_named_by": "the diagnosis names the package or variable",
}


def rules() -> Iterator[str]:
    """Yield the default policy, a table for each part of it, with the reason that stands beside each rule."""
    yield HEAD.format("Default rules", "envprobe/default_rules.py", ABOUT_RULES)
    told = []
    for line in inspect.getsource(default_rules).partition("RULES = {\n")[2].partition("\n}\n")[0].splitlines():
        if found := RULE.fullmatch(line):
            told.append((found["glob"], found["severity"]))
            yield f"| `{found['glob']}` | {found['severity']} | {_safe(found['reason'] or '')} |"
        elif line.startswith("    # -- "):
            title, _, words = line.removeprefix("    # -- ").partition(": ")
            yield f"\n## {_begin(title)}\n" + (f"\n{_begin(words)}.\n" if words else "")
            yield "| difference in | is | because |\n| --- | --- | --- |"
        else:
            yield f"| | | *{_safe(line.strip().removeprefix('# '))}* |"
    if told != [*default_rules.RULES.items()]:
        raise SystemExit("envprobe/default_rules.py has a line that this program does not understand")


def configuration() -> Iterator[str]:
    """Yield the settings of `[tool.envprobe]`, of a waiver and of a rule for outputs."""
    yield HEAD.format("Configuration", "envprobe/config.py", ABOUT_SETTINGS)
    yield "\n| key | is | default | |\n| --- | --- | --- | --- |"
    words, defaults = _words(config, "Config"), _defaults(config.Config)
    for name, (_, kind) in config.TYPES.items():
        yield f"| `{name}` | {_safe(kind)} | {_default(defaults[name])} | {_safe(words[name])} |"
    yield ABOUT_POLICY
    yield from (f"| `{name}` | {_safe(text)} |" for name, text in _words(waiver, "Waiver").items())
    yield f'\n## `[tool.envprobe.outputs]`: `"GLOB" = {{KEY = VALUE}}`\n\n{inspect.getdoc(tolerance.Rule)}'
    yield "\n| key | default | |\n| --- | --- | --- |"
    words, defaults = _words(tolerance, "Rule"), _defaults(tolerance.Rule)
    yield from (f"| `{name}` | {_default(defaults[name])} | {_safe(text)} |" for name, text in words.items())
    yield f"\n## `[tool.envprobe.environment]`\n\n{inspect.getdoc(environment.EnvironmentSettings)} [How to](../howto/up.md)."
    yield "\n| key | default | |\n| --- | --- | --- |"
    words, defaults = _words(environment, "EnvironmentSettings"), _defaults(environment.EnvironmentSettings)
    yield from (f"| `{name}` | {_default(defaults[name])} | {_safe(text)} |" for name, text in words.items())
    yield "\nEach of `mounts` has:\n\n| key | |\n| --- | --- |"
    yield from (f"| `{name}` | {_safe(text)} |" for name, text in _words(environment, "MountSetting").items())


def statuses() -> Iterator[str]:
    """Yield what each exit status means: of a verdict, and as the help of each command says it."""
    yield HEAD.format("Exit statuses", "envprobe/report.py and the help of the commands", ABOUT_STATUSES)
    yield "\n| verdict | status |\n| --- | --- |"
    yield from (f"| {verdict.value} | {status} |" for verdict, status in report.EXIT_STATUS.items())
    yield "\n| command | exit status |\n| --- | --- |"
    context = click.Context(cli.envprobe)
    for name in cli.envprobe.list_commands(context):
        told = STATUS.search(cli.envprobe.get_command(context, name).help)
        yield f"| `{name}` | {' '.join(told[1].split()).rstrip('.')} |"


def causes() -> Iterator[str]:
    """Yield which difference follows from which."""
    yield HEAD.format("Causes", "envprobe/assess/cause.py", ABOUT_CAUSES)
    yield "\n| this follows | from this | only where |\n| --- | --- | --- |"
    for consequence, sources, test in cause.RULES:
        yield f"| `{consequence}` | {', '.join(f'`{source}`' for source in sources)} | {ONLY_WHERE[test.__name__]} |"


def targets() -> Iterator[str]:
    """Yield the schemes of targets."""
    yield HEAD.format("Targets", "envprobe/targets/scheme.py", ABOUT_TARGETS)
    yield "\n| target | is | a probe makes, and removes again | `envprobe run` there |\n| --- | --- | --- | --- |"
    for row in scheme.SCHEMES.values():
        yield f"| `{row.form}` | {_safe(row.summary)} | {_safe(row.made)} | {'yes' if row.experiments else 'no'} |"


def switch_table() -> Iterator[str]:
    """Yield the variables, each with what says that it changes nothing."""
    yield "| variable | changes nothing where both sides have |\n| --- | --- |"
    for row in switches.SWITCHES:
        equal = [f"the same `{path}`" for path in row.equal]
        absent = [f"no {' or '.join(f'`{path}`' for path in row.absent)}"] if row.absent else []
        gpu = ["no GPU (`gpu.count`)"] if row.has_no_gpu else []
        values = [f"and only these values: `{row.values.pattern}`".replace("|", "\\|")] if row.values else []
        count = ["and it asks for as many as there are CPUs"] if row.is_count else []
        yield f"| {', '.join(f'`{name}`' for name in row.variables)} | {', '.join([*equal, *absent, *gpu, *values, *count])} |"


PARTS: dict[str, Callable[[], Iterator[str]]] = {"policy.md": switch_table}
"""Pages written by hand that hold one table of the code, between BEGIN and END."""
BEGIN, END = "<!-- Made by `python docs/tools/reference.py` from envprobe/assess/switches.py; change that. -->\n", "<!-- End. -->"


def with_part(page: str, text: str) -> str:
    """Return the text of a page, its table made anew."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return before + begin + "\n".join(PARTS[page]()) + "\n" + end + after


def doctor() -> Iterator[str]:
    """Yield the rules of `envprobe doctor`, each as its own docstring has it."""
    yield HEAD.format("Rules of doctor", "the docstrings of envprobe/audit/rules/", ABOUT_DOCTOR)
    for row in audit_rules.RULES:
        title, _, body = (sys.modules[row.find.__module__].__doc__ or "").strip().partition("\n\n")
        marked = re.sub(r"^(Why|Example|Fix|Source):", r"**\1**:", body, flags=re.M)
        yield f"\n## `{row.family}`\n\n{title}\n\n{marked}"


def explain() -> Iterator[str]:
    """Yield the rules of `envprobe explain`, and the breakages that it knows."""
    yield HEAD.format("Rules of explain", "envprobe/causes/rules/", ABOUT_EXPLAIN)
    yield "\n| rule | facts | mechanism | source |\n| --- | --- | --- | --- |"
    for rule in CAUSE_RULES:
        facts = ", ".join(f"`{glob}`" for glob in rule.facts)
        yield f"| {rule.name} | {facts} | {_safe(rule.mechanism)} | {_safe(rule.source)} |"
    yield "\n## What raises what\n\n| rule | mechanism | what helps | source |\n| --- | --- | --- | --- |"
    for known in (*BREAKAGES, *MISSING):
        helps = f"`{known.remedy}`" if known.is_command else _safe(known.remedy)
        yield f"| {known.name} | {_safe(known.mechanism)} | {helps} | {_safe(known.source)} |"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "rules.md": rules,
    "configuration.md": configuration,
    "exit.md": statuses,
    "causes.md": causes,
    "targets.md": targets,
    "doctor.md": doctor,
    "explain.md": explain,
}


def text_of(page: str) -> str:
    """Return what a page should hold."""
    return "\n".join(PAGES[page]()) + "\n"


def _words(module: ModuleType, name: str) -> dict[str, str]:
    """Return the texts that stand under the fields of a class, which Python itself does not keep."""
    classes = {node.name: node.body for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef)}
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in itertools.pairwise(classes[name])
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


def _defaults(struct: type[msgspec.Struct]) -> dict[str, Any]:
    # not msgspec.structs.fields: it resolves annotations, and some name what is imported for the type checker alone
    return dict(zip(reversed(struct.__struct_fields__), reversed(struct.__struct_defaults__), strict=False))


def _default(value: object) -> str:
    """Spell a default as TOML does; what is empty, none or made anew each time is left out."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if isinstance(value, (str, Path)) and str(value) else ""


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


def _safe(text: str) -> str:
    """Keep a text from ending a table's cell, and what is not between backticks from being markup."""
    parts = text.replace("|", r"\|").split("`")
    return "`".join(re.sub(r"([*_<\[])", r"\\\1", part) if index % 2 == 0 else part for index, part in enumerate(parts))


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / "reference" / page).write_text(text_of(page), "utf-8")
    for page in PARTS:
        (DOCS / page).write_text(with_part(page, (DOCS / page).read_text("utf-8")), "utf-8")
