"""The action for GitHub, the template for GitLab and our own workflow: valid, safe, and run as far as that is possible here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.ci_file import ACTION, GITLAB, ROOT, WORKFLOWS, put_envprobe, read, run, step
from tests.support.published import read_junit, read_sarif
from tests.support.repository import LOOSE, make_repository

BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
"""How GitHub runs `shell: bash`."""
SH = ("sh", "-e", "-c")
HOSTILE = ["$(touch pwned)", "`touch pwned`", "x; touch pwned", '" && touch pwned && "', "--output=pwned", "a\ntouch pwned", "*"]


def _scripts() -> Iterator[tuple[str, str]]:
    for one in read(ACTION)["runs"]["steps"]:
        if "run" in one:
            yield "bash", one["run"]
    job = read(GITLAB)[".envprobe-check"]
    for line in (*job["before_script"], *job["script"]):
        yield "sh", line


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checked-out repository whose check differs."""
    folder = tmp_path / "work"
    folder.mkdir()
    make_repository(folder)
    return folder


def _action(repository: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str], str]:
    """Run the action's check and return the process, the step's outputs and its summary."""
    runner = repository.parent / "runner"
    put_envprobe(runner / "envprobe")
    (runner / "output").touch()
    variables = {"TARGET": "", "BASELINE": "", "POLICY_FROM": "", "STRICT": "false", "FORMAT": "github", **inputs}
    assert variables.keys() == step("Check the environment")["env"].keys()
    files = {"RUNNER_TEMP": str(runner), "GITHUB_OUTPUT": str(runner / "output"), "GITHUB_STEP_SUMMARY": str(runner / "summary")}
    done = run(step("Check the environment")["run"], repository, BASH, **variables, **files)
    outputs = dict(line.split("=", 1) for line in (runner / "output").read_text().splitlines())
    summary = runner / "summary"
    return done, outputs, summary.read_text("utf-8") if summary.exists() else ""


def _gitlab(repository: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the job's script and return the process."""
    job = read(GITLAB)[".envprobe-check"]
    installed = repository.parent / "installed"
    if not installed.exists():
        put_envprobe(installed)
    (script,) = job["script"]
    return run(script, repository, SH, **{**job["variables"], "ENVPROBE_VENV": str(installed), **variables})


@pytest.mark.parametrize(
    ("schema", "path"),
    [("github-actions", ACTION), ("gitlab-ci", GITLAB), *(("github-workflows", path) for path in WORKFLOWS)],
    ids=lambda value: getattr(value, "name", value),
)
def test_files_fit_the_published_schemas(schema: str, path: Path) -> None:
    """SchemaStore's schemas of actions and workflows, and GitLab's own of pipelines, have nothing against them."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _examples() -> list[dict[str, Any]]:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)]


def test_the_page_shows_what_there_is() -> None:
    """The examples of docs/ci.md are YAML, and use inputs, outputs, variables, jobs and hooks that exist."""
    github, gitlab, _, pre_commit = _examples()
    action, template = read(ACTION), read(GITLAB)[".envprobe-check"]
    steps = github["jobs"]["environment"]["steps"]
    action_step = next(one for one in steps if "envprobe@" in one.get("uses", ""))
    image = action_step["with"]["target"].partition("://")[2]
    assert any(one.get("run", "").startswith("docker pull") and image in one["run"] for one in steps[: steps.index(action_step)])
    assert action_step["with"].keys() <= action["inputs"].keys()
    assert set(re.findall(r"steps\.envprobe\.outputs\.(\w+)", str(steps))) <= action["outputs"].keys()
    assert gitlab["environment"]["extends"] == ".envprobe-check"
    assert gitlab["environment"]["variables"].keys() <= template["variables"].keys() | {"GIT_DEPTH"}
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {hook["id"] for hook in pre_commit["repos"][0]["hooks"]} <= hooks


def test_the_template_says_what_it_has_to_know(repository: Path) -> None:
    """envprobe is on no index: without a package the job ends with what to set, before it installs anything."""
    first = read(GITLAB)[".envprobe-check"]["before_script"][0]
    done = run(first, repository, SH, ENVPROBE_PACKAGE="")
    assert done.returncode and "git+https://HOST/GROUP/envprobe@COMMIT" in done.stderr
    assert run(first, repository, SH, ENVPROBE_PACKAGE="x").returncode == 0


def test_contributors_hooks_need_no_network() -> None:
    """They are those of the machine, and pre-commit has nothing against them."""
    path = ROOT / ".pre-commit-config.yaml"
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    repositories = yaml.safe_load(path.read_text("utf-8"))["repos"]
    assert {one["repo"] for one in repositories} == {"local"}
    assert {hook["language"] for one in repositories for hook in one["hooks"]} == {"system"}


def test_the_hook_fits_pre_commit() -> None:
    """pre-commit's own check of a repository's hooks has nothing against ours."""
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("shell", "script"), [*_scripts()])
def test_scripts_pass_shellcheck(shell: str, script: str) -> None:
    """No word of a script is split, expanded or lost."""
    shellcheck = Path(sys.executable).parent / "shellcheck"
    done = subprocess.run([shellcheck, "--shell", shell, "-"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    """An expression in a script is pasted into it before the shell reads it, so values come through variables alone."""
    text = path.read_text("utf-8")
    scripts = re.findall(r"^( *)(?:- )?run: (.*\n(?:\1 +.*\n|\n)*)", text, re.MULTILINE)
    assert scripts
    assert all("${{" not in script for _, script in scripts)


def test_the_action_gives_verdict_id_and_reports(repository: Path) -> None:
    """A difference fails the step; its outputs, annotations, summary and files tell the same."""
    done, outputs, summary = _action(repository)
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[0] == "DIFFERS  1 failure"
    assert "::error title=envprobe%3A packages.numpy.version,file=baselines/tf.json,line=" in done.stdout
    assert summary.startswith("## envprobe: differs\n")
    reports = Path(outputs["reports"])
    report = json.loads((reports / "report.json").read_bytes())
    assert (outputs["verdict"], outputs["fingerprint"]) == ("differs", report["observed"]["id"])
    assert read_junit((reports / "junit.xml").read_text("utf-8")).get("failures") == "1"
    assert (reports / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert len(read_sarif((reports / "report.sarif").read_text("utf-8"))["runs"][0]["results"]) == 1


def test_the_action_passes_what_reproduces(repository: Path) -> None:
    """A target of its own and a baseline of its own: status 0 and nothing to say."""
    same = json.loads((repository / "baselines" / "tf.json").read_bytes())["fingerprint"]
    (repository / "same.json").write_text(json.dumps(same))
    done, outputs, _ = _action(repository, TARGET="file://same.json", BASELINE="baselines/tf.json", STRICT="true")
    assert (done.returncode, outputs["verdict"]) == (0, "reproduces"), done.stderr
    assert done.stdout == "REPRODUCES  no differences\n"


def test_the_action_takes_the_policy_of_a_revision(repository: Path) -> None:
    """A change that ignores what differs passes by its own rules, and not by those that it would be merged into."""
    (repository / "envprobe.toml").write_text(LOOSE)
    done, outputs, _ = _action(repository, POLICY_FROM="main")
    assert (done.returncode, outputs["verdict"]) == (1, "differs"), done.stderr


def test_the_action_says_when_it_could_not_tell(repository: Path) -> None:
    """Trouble is status 2, an annotation, and the verdict `undetermined` without an id."""
    done, outputs, summary = _action(repository, TARGET="file://gone.json")
    assert (done.returncode, outputs["verdict"], outputs["fingerprint"]) == (2, "undetermined", "")
    assert done.stdout.startswith("::error title=envprobe could not tell::")
    assert summary.startswith("## envprobe: could not tell\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("TARGET", value) for value in HOSTILE),
        *((name, "; ".join(HOSTILE)) for name in ("BASELINE", "POLICY_FROM", "FORMAT", "STRICT")),
    ],
)
def test_an_input_is_a_value_and_nothing_else(name: str, value: str, repository: Path) -> None:
    """No input is run, split, expanded or taken for an option: the check differs or is refused, and nothing else happens."""
    done, outputs, _ = _action(repository, **{name: value})
    assert done.returncode == (1 if name == "STRICT" else 2), done.stderr
    assert not (repository / "pwned").exists()
    assert set(outputs) == {"verdict", "fingerprint", "reports"}


@pytest.mark.parametrize(("shell", "script"), [*_scripts()])
def test_no_python_of_a_script_takes_modules_from_the_folder(shell: str, script: str) -> None:
    """Every Python that a script starts is isolated: `-m` and `-` would else take `json.py` from a pull request's folder."""
    started = re.findall(r"""python3?"? (-\S*)""", script)
    assert set(started) <= {"-I"}, shell


def test_a_module_in_the_folder_does_not_decide(repository: Path) -> None:
    """A pull request that brings modules of its own runs nothing in the check: verdict and outputs are as without them."""
    for name in ("json", "pathlib"):
        (repository / f"{name}.py").write_text("raise SystemExit('hostile')\n")
    done, outputs, _ = _action(repository)
    assert (done.returncode, outputs.get("verdict")) == (1, "differs"), done.stderr
    assert _gitlab(repository).returncode == 1


def test_the_job_installs_and_runs_nothing_of_the_folder(repository: Path) -> None:
    """A folder that a merge request has filled holds no environment that is taken for envprobe's, and no link that is written to."""
    job = read(GITLAB)[".envprobe-check"]
    tools, trap = repository.parent / "tools", repository.parent / "trap"
    put_envprobe(tools)
    trap.write_text("as it was")
    (repository / "envprobe.html").symlink_to(trap)
    put_envprobe(repository / ".envprobe-venv")
    (repository / ".envprobe-venv" / "bin" / "envprobe").write_text("#!/bin/sh\ntouch pwned\n")
    (tools / "python3").write_text(
        f'#!/bin/sh\nmkdir -p "$4/bin" && cp "{tools}/bin/envprobe" "$4/bin/" && cp /bin/true "$4/bin/python"\n'
    )
    (tools / "python3").chmod(0o755)
    variables = {**job["variables"], "ENVPROBE_PACKAGE": "x", "PATH": f"{tools}:{os.environ['PATH']}", "TMPDIR": str(tools)}
    done = run("\n".join([*job["before_script"], *job["script"]]), repository, SH, **variables)
    assert done.stdout.startswith("DIFFERS"), done.stderr
    assert not (repository / "pwned").exists()
    assert trap.read_text() == "as it was"


def test_the_job_leaves_a_test_report(repository: Path) -> None:
    """A difference fails the job; the log has the text, and the artifacts that the template names are there."""
    done = _gitlab(repository)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("DIFFERS")
    artifacts = read(GITLAB)[".envprobe-check"]["artifacts"]
    assert read_junit((repository / artifacts["reports"]["junit"]).read_text("utf-8")).get("failures") == "1"
    assert all((repository / path).is_file() for path in artifacts["paths"])


def test_the_job_heeds_its_variables(repository: Path) -> None:
    """Policy of a revision, strictness, target and baseline each come through a variable, and are values there too."""
    (repository / "envprobe.toml").write_text(LOOSE)
    assert _gitlab(repository, ENVPROBE_POLICY_FROM="main").returncode == 1
    for name in ("ENVPROBE_TARGET", "ENVPROBE_BASELINE"):
        assert _gitlab(repository, **{name: "; ".join(HOSTILE)}).returncode == 2
    assert not (repository / "pwned").exists()


def test_the_job_reports_trouble_as_an_error(repository: Path) -> None:
    """A target that cannot be reached is an error in the merge request's test report, not a missing report."""
    assert _gitlab(repository, ENVPROBE_TARGET="file://gone.json").returncode == 2
    assert read_junit((repository / "envprobe-junit.xml").read_text("utf-8")).get("errors") == "1"
