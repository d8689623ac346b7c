"""One list of secrets through every door: what is recorded, shown, said and served holds none of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envprobe import carrier, cli
from envprobe.baseline import Baseline
from envprobe.baseline import to_json as baseline_json
from envprobe.error import EnvprobeError
from envprobe.fact import Section
from envprobe.fingerprint import Fingerprint
from envprobe.fingerprint import to_json as fingerprint_json
from envprobe.probing.answer import no_answer
from envprobe.probing.collect import Options, collect_from
from envprobe.render import FORMATS
from envprobe.runs import Console, Patch
from envprobe.runs import to_json as run_json
from envprobe.targets import outside
from envprobe.targets.protocol import Completed
from tests.probe.installation import install
from tests.probe.sent import answer, send
from tests.support.repository import commit, git
from tests.support.run_sample import attempt, run
from tests.support.sample import fingerprint
from tests.support.secrets import IN_TEXT, PASSWORD, PEM, TOKENS, leaked
from tests.support.served import serving
from tests.unit.probing.test_collect import Guest

ALL = "\n".join([*IN_TEXT, PEM])
IN_ARGUMENTS = ["--api-key", PASSWORD, f"--token={PASSWORD}", *IN_TEXT]
QUICK = ("--no-benchmark", "--no-integrity")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *argv: str, status: int | None = None) -> str:
    """Return all that a command says, after its exit status was what it must be."""
    ended = cli.main([*argv])
    captured = capsys.readouterr()
    assert status is None or ended == status, captured
    return captured.out + captured.err


# -- what the guest sends --------------------------------------------------------------------------------------------------


def test_the_guest_sends_none(tmp_path: Path) -> None:
    """Variables, `.pth` lines, addresses of packages, folders on the path, branches, file names, patches and data."""
    python = os.path.realpath(sys.executable)  # a virtual environment has no user site
    repository = _repository(tmp_path / "repository")
    user = subprocess.run(
        [python, "-m", "site", "--user-site"], env={"PYTHONUSERBASE": str(tmp_path / "user")}, capture_output=True, text=True
    ).stdout.strip()
    site = Path(user)
    site.mkdir(parents=True)
    (site / "zz.pth").write_text("\n".join([*(f"/opt/{token}/lib" for token in TOKENS.values()), f"/opt/x?token={PASSWORD}"]))
    for number, url in enumerate(_urls()):
        install(site, f"pkg{number}", "1.0", direct_url={"url": url, "archive_info": {}})
        install(site, f"vcs{number}", "1.0", direct_url={"url": url, "vcs_info": {"vcs": "git", "commit_id": "a" * 40}})
    folders = [tmp_path / token for token in TOKENS.values()]
    for folder in folders:
        folder.mkdir()
    environ = {
        "PATH": "/usr/bin:/bin",
        "PYTHONUSERBASE": str(tmp_path / "user"),
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "XLA_FLAGS": " ".join(f"--x={text}" for text in IN_TEXT),
        "TF_XLA_FLAGS": f"--passphrase={PASSWORD}",
        "DEPLOY_KEY": PEM,
    }
    request = {"code": str(repository), "patch": True, "data": [f"{tmp_path}/{next(iter(TOKENS.values()))}"]}
    done = send(python, env=environ, request=request)
    sections = answer(done)["sections"]
    assert "pkg0.version" in sections["packages"]["known"] and "XLA_FLAGS" in sections["environment"]["known"]
    assert sections["code"]["known"]["dirty"]["files"] == 1
    assert leaked(done.stdout + done.stderr) == []


def _repository(folder: Path) -> Path:
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", f"of-{TOKENS['GitLab']}")
    name = f"{TOKENS['npm']}.py"
    (folder / name).write_text("print(1)\n")
    commit(folder)
    (folder / name).write_text(ALL)
    return folder


def _urls() -> Iterator[str]:
    for token in TOKENS.values():
        yield f"https://host.invalid/{token}/simple/x.tar.gz"
    yield f"https://ana:{PASSWORD}@host.invalid/x.whl"
    yield f"https://host.invalid/x.whl?key={PASSWORD}"


# -- what the host sees, runs and reads ------------------------------------------------------------------------------------


def test_labels_and_settings_of_a_container() -> None:
    """What an engine tells of an image is joined outside the guest."""

    class Labelled(Guest):
        def outside(self) -> dict[str, Section]:
            labels = {f"label{number}": text for number, text in enumerate([*IN_TEXT, PEM])}
            image = {"Id": "sha256:1", "Config": {"Labels": {**labels, "ci.job.token": PASSWORD}}}
            return {"image": outside.image_section(image, f"host.invalid/{TOKENS['Docker Hub']}/x:1.0.0")}

    found = collect_from(Labelled(image_id="sha256:1"), Options(), None, lambda words: None)
    assert "labels.ci.job.token" in found.sections["image"].known
    assert leaked(fingerprint_json(found)) == []


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_the_last_words_of_a_target_that_fails(stream: str) -> None:
    """A traceback or a shell's trace may quote anything."""
    for text in [*IN_TEXT, PEM]:
        streams = {"stdout": b"", "stderr": b"", stream: f"line\n{text}\nlast\n".encode()}
        ended = Completed(1, streams["stdout"], streams["stderr"], False, False)
        error = no_answer(ended, f"docker://{TOKENS['GitHub']}")
        assert leaked(f"{error} {error.message} {error.hint} {error.args}") == []
        assert "last" in error.message


def test_no_error_says_one(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever raises it, wherever it is shown; and what was typed is not repeated whole."""
    for text in IN_TEXT:
        error = EnvprobeError(f"x: {text}", f"try {text}")
        assert leaked(f"{error!r} {error} {error.message} {error.hint} {error._render_traceback_()}") == []
        for argv in (
            ["check", f"--x {text}"],
            [text],
            ["show", text],
            ["check", text],
            ["lint", text],
            ["record", "--name", text, "nowhere://x"],
        ):
            assert leaked(told(capsys, *argv, status=2)) == [], argv


def test_a_bug_is_reported_without_them(desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The traceback that a user is asked to send is one that they may send."""
    monkeypatch.setenv("MY_TOKEN", "correct-horse")
    cli._report_bug(ValueError(f"{ALL} correct-horse"))
    assert leaked(said := capsys.readouterr().err) == [] and "correct-horse" not in said


def test_requirements_that_are_refused_and_declared(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that cannot be read is quoted, and an index or an archive is kept, without its secrets."""
    urls = list(_urls())
    Path("refused.txt").write_text("\n".join([*(f"-r {url}" for url in urls), *IN_TEXT]))
    assert leaked(told(capsys, "record", "--requirements", "refused.txt", "--name", "x", status=2)) == []
    lines = [f"pkg{number} @ {url}" for number, url in enumerate(urls)]
    Path("declared.txt").write_text("\n".join([*(f"--extra-index-url {url}" for url in urls), *lines]))
    said = told(capsys, "record", "--requirements", "declared.txt", "--output", "d.json", status=0)
    assert leaked(said + Path("d.json").read_text()) == []


def test_a_recorded_experiment(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its command, what it prints, what it leaves, and the code that is in no commit."""
    monkeypatch.setenv("DEPLOY_KEY", "correct-horse")
    git(desk, "init", "--quiet")
    Path("train.py").write_text("pass\n")
    commit(desk)
    program = f"import sys\ntext = {ALL!r} + ' correct-horse'\nprint(text)\nprint(text, file=sys.stderr)\n"
    Path("train.py").write_text(program + "open('out.json', 'w').write('{\"a\": 1}')\n")
    argv = ["run", *QUICK, "--outputs", "out.json", "--output", "run.json", "--", sys.executable, "train.py", *IN_ARGUMENTS]
    done = subprocess.run([sys.executable, "-m", "envprobe", *argv], capture_output=True)
    written = Path("run.json").read_bytes()
    assert done.returncode == 0 and b"out.json" in written
    assert leaked(written) == [] and b"correct-horse" not in written
    assert leaked(b"\n".join(line for line in done.stderr.splitlines() if b"envprobe" in line)) == []


# -- documents of an earlier version, whatever is done with them -----------------------------------------------------------


def old(**changes: Any) -> Fingerprint:
    """Return a fingerprint as it was written before its secrets were known for what they are."""
    facts = {f"environment.XLA_FLAGS{number}": text for number, text in enumerate([*IN_TEXT, PEM])}
    labels = {"image.labels.ci.token": PASSWORD, "python.pth": {f"{TOKENS['npm']}.pth": [*IN_TEXT]}}
    found = fingerprint({**facts, **labels, **changes}, unknown={"gpu.*": f"nvml: {TOKENS['GitHub']}"})
    return msgspec.structs.replace(found, context={"host_name": "ana", "python": {"path": [f"/opt/{TOKENS['GitLab']}"]}})


@pytest.fixture
def documents(desk: Path) -> Path:
    """A baseline, a fingerprint and two runs with secrets in every place that text may stand in."""
    Path("old.json").write_bytes(baseline_json(Baseline(name="old", kind="recorded", description=ALL, fingerprint=old())))
    Path("seen.json").write_bytes(fingerprint_json(old(**{"packages.numpy.version": "1.23.5"})))
    for name, environment in (("run-1.json", old()), ("run-2.json", old(**{"python.version": "3.9.9"}))):
        one = attempt(
            console=Console(lines=ALL.splitlines()),
            missing=[f"{TOKENS['npm']}.json"],
            unreadable={f"{TOKENS['Slack']}.json": ALL},
            state="complete",
        )
        found = run(one, command=["train.py", *IN_ARGUMENTS], fingerprint=environment, patch=Patch(text=ALL, digest="sha256:1"))
        Path(name).write_bytes(run_json(found))
    assert leaked(Path("run-1.json").read_bytes()) and leaked(Path("old.json").read_bytes())
    return desk


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_in_every_format(documents: Path, capsys: pytest.CaptureFixture[str], format_: str) -> None:
    """The differences, and what could not be told, of two documents that hold them."""
    for argv, status in (
        (["diff", "old.json", "seen.json"], 1),
        (["diff", "run-1.json", "run-2.json"], 2),
        (["check", "file://seen.json", "--baseline", "old.json"], 1),
    ):
        assert leaked(told(capsys, *argv, "--format", format_, *(["-v"] if format_ == "text" else []), status=status)) == []


@pytest.mark.parametrize("name", ["old.json", "seen.json", "run-1.json"])
def test_what_is_shown_recorded_and_attached(documents: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """On the screen, in a baseline made of a colleague's file, and in a report."""
    assert leaked(told(capsys, "show", name, "-v", status=0)) == []
    Path("report.md").write_text("# Results\n")
    assert leaked(told(capsys, "attach", name, "report.md", status=0)) == []
    packed = carrier.open_carrier("report.md").read()
    assert packed is not None
    assert leaked(zlib.decompress(b64decode(packed.packed))) == []
    assert leaked(told(capsys, "verify", "report.md", "--format", "json") + told(capsys, "show", "report.md", "-v")) == []


@pytest.mark.parametrize("format_", ["text", "json"])
@pytest.mark.parametrize(
    "argv",
    [
        "explain file://seen.json --baseline old.json",
        "fix file://seen.json --baseline old.json",
        "fix file://seen.json --baseline old.json --emit script",
        "fix file://seen.json --baseline old.json --emit dockerfile",
        "fleet check --on file:. --baseline old.json",
        "doctor .",
    ],
)
def test_what_the_other_commands_say(documents: Path, capsys: pytest.CaptureFixture[str], argv: str, format_: str) -> None:
    """Causes, fixes, a fleet's classes, and what starts an environment."""
    lines = [f"ENV A{number}={json.dumps(text)}" for number, text in enumerate(IN_TEXT)]
    Path("Dockerfile").write_text("\n".join(["FROM tensorflow/tensorflow:latest", *lines, f"ENV TOKEN={PASSWORD}", "USER root"]))
    said = told(capsys, *argv.split(), *([] if "--emit" in argv else ["--format", format_]))
    assert len(said) > 100, said
    assert leaked(said) == []


@pytest.mark.parametrize("name", ["nobody.log", "torch.log"])
def test_a_traceback_that_holds_them(desk: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """What is quoted of a traceback that is explained, or is not known."""
    last = {"nobody.log": f"ValueError: {ALL}", "torch.log": f"ModuleNotFoundError: No module named {TOKENS['GitHub']!r}"}[name]
    Path(name).write_text(
        f'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    f("{IN_TEXT[0]}")\n{last}\n'
    )
    for form in ("text", "json"):
        assert leaked(told(capsys, "explain", "--traceback", name, "--format", form)) == []


def test_a_baseline_made_of_a_colleagues_file(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes into the repository is without them, and differs from the old one in nothing."""
    assert leaked(told(capsys, "record", "file://seen.json", "--output", "new.json", status=0)) == []
    assert leaked(Path("new.json").read_bytes()) == []
    assert json.loads(told(capsys, "diff", "seen.json", "new.json", "--format", "json"))["differences"] == []


def test_outputs_that_differ(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values of a file of results, by name and by form, as keys too."""
    for number in (1, 2):
        texts = {f"k{place}": f"{text} {number}" for place, text in enumerate(IN_TEXT)}
        value = {**texts, "password": f"{PASSWORD}{number}", TOKENS["Slack"]: number}
        Path(f"out{number}").mkdir()
        (Path(f"out{number}") / "m.json").write_text(json.dumps(value))
        (Path(f"out{number}") / "m.txt").write_text("".join(f"{text} {number}\n" for text in IN_TEXT))
        argv = ["run", *QUICK, "--outputs", f"out{number}/m.*", "--output", f"o{number}.json", "--", "true"]
        (Path(f"out{number}") / "m.json").touch()
        assert cli.main(argv) in (0, 2)
    argv = [sys.executable, "-m", "envprobe", "run", *QUICK, "--outputs", "m.*", "--copy-outputs", "c{}", "--output", "o{}.json"]
    for number in (1, 2):
        program = f"import shutil; [shutil.copy('out{number}/' + n, n) for n in ('m.json', 'm.txt')]"
        words = [word.format(number) for word in argv]
        subprocess.run([*words, "--update", "--", sys.executable, "-c", program], check=True, capture_output=True)
    for format_ in ("text", "json", "html"):
        said = told(capsys, "diff", "o1.json", "o2.json", "--format", format_)
        assert "m.json" in said and "m.txt" in said
        assert leaked(said) == []


def test_lint_finds_them_and_takes_them_out(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a committed baseline or run: where, and what kind, not what; afterwards nothing is wrong."""
    for name, places in (
        ("old.json", ["environment", "image", "python", "description"]),
        ("run-1.json", ["command", "console", "patch"]),
    ):
        said = told(capsys, "lint", name, status=1)
        assert leaked(said) == [] and "change the secret itself" in said
        assert any(place in said for place in places)
        assert leaked(told(capsys, "lint", name, "--fix", status=0)) == []
        assert leaked(Path(name).read_bytes()) == []
        assert "nothing wrong" in told(capsys, "lint", name, status=0)


def test_a_served_folder(documents: Path) -> None:
    """Every page over documents that hold them."""
    from tests.cli.test_serve import ask

    with serving(documents) as served:
        pages = [
            ask(served.url, path=path)[2]
            for path in ("/", "/matrix", "/diff?expected=old.json&observed=seen.json", "/show/old.json")
        ]
    assert "old.json" in pages[0]
    assert [leaked(page) for page in pages] == [[], [], [], []]
