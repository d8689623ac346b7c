"""A check by the rules of a git revision: a pull request cannot loosen its own check."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from envprobe import cli
from envprobe.baseline import Baseline, to_json
from tests.support.repository import LOOSE, SETTINGS, commit, git, make_repository
from tests.support.sample import fingerprint

LOOSENED = to_json(Baseline(name="tf", kind="recorded", fingerprint=fingerprint({"packages.numpy.version": "1.23.5"})))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose branch `main` is checked out as `change`, for a test to loosen."""
    make_repository(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "change")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def _loosen_settings(folder: Path) -> None:
    (folder / "envprobe.toml").write_text(LOOSE)


def _take_the_settings_away(folder: Path) -> None:
    (folder / "envprobe.toml").unlink()


def _put_other_settings_in_front(folder: Path) -> None:
    """A nearer file, or one with a name that is looked for first, would win."""
    (folder / "envprobe.toml").rename(folder / "pyproject.toml")
    (folder / "envprobe.toml").write_text(LOOSE)


def _record_the_baseline_again(folder: Path) -> None:
    (folder / "baselines" / "tf.json").write_bytes(LOOSENED)


def _put_a_run_in_its_place(folder: Path) -> None:
    (folder / "baselines" / "tf.json").write_text('{\n "schema": "envprobe.run/1"}')


def _link_the_folder_elsewhere(folder: Path) -> None:
    shutil.copytree(folder / "baselines", folder / "others")
    (folder / "others" / "tf.json").write_bytes(LOOSENED)
    shutil.rmtree(folder / "baselines")
    (folder / "baselines").symlink_to("others")


def _aim_elsewhere(folder: Path) -> None:
    same = json.loads((folder / "baselines" / "tf.json").read_bytes())["fingerprint"]
    (folder / "same.json").write_text(json.dumps(same))
    (folder / "envprobe.toml").write_text('baseline = "tf"\ntarget = "file://same.json"\n')


LOOSENINGS = (
    _loosen_settings,
    _put_other_settings_in_front,
    _record_the_baseline_again,
    _link_the_folder_elsewhere,
    _aim_elsewhere,
)
OTHERS = (_take_the_settings_away, _put_a_run_in_its_place)


@pytest.mark.parametrize("change", LOOSENINGS, ids=lambda change: change.__name__)
def test_a_pull_request_does_not_loosen_its_own_check(change: Callable[[Path], None], repository: Path) -> None:
    """Settings, policy, baseline and target are those of the branch that it wants to be merged into, committed there or not."""
    assert cli.main(["check"]) == 1
    change(repository)
    assert cli.main(["check"]) == 0
    assert cli.main(["check", "--policy-from", "main"]) == 1
    commit(repository)
    assert cli.main(["check", "--policy-from", "main"]) == 1


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: change.__name__)
def test_what_the_folder_holds_makes_no_difference(change: Callable[[Path], None], repository: Path) -> None:
    """A file that is taken away or replaced in the folder is still there in the revision."""
    change(repository)
    assert cli.main(["check", "--policy-from", "main"]) == 1
    assert cli.main(["diff", "tf", "drifted.json", "--policy-from", "main"]) == 1


def test_the_report_says_where_the_rules_came_from(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Name and commit stand in the report, for a reader and for a program."""
    commit_of_main = git(repository, "rev-parse", "main")
    cli.main(["check", "--policy-from", "main"])
    assert f"policy and baseline from main ({commit_of_main[:12]})" in " ".join(capsys.readouterr().out.split())
    cli.main(["check", "--policy-from", "main", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["policy_from"] == {"revision": "main", "commit": commit_of_main}


def test_lines_are_those_of_the_folder_only_where_it_says_the_same(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An annotation stands beside the fact while the file is as in the revision, and without a line where it was changed."""
    cli.main(["check", "--policy-from", "main", "--format", "github"])
    assert "file=baselines/tf.json,line=" in capsys.readouterr().out
    _record_the_baseline_again(repository)
    cli.main(["check", "--policy-from", "main", "--format", "github"])
    assert "file=baselines/tf.json::" in capsys.readouterr().out


def test_nothing_of_the_repository_is_run(repository: Path) -> None:
    """No hook, filter, text conversion, monitor or alias that the folder or its configuration names is started."""
    trap = repository / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {repository}/sprung\ncat\n")
    trap.chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=trap diff=trap\n")
    for name in ("filter.trap.smudge", "filter.trap.clean", "diff.trap.textconv", "core.fsmonitor", "core.pager"):
        git(repository, "config", name, str(trap))
    git(repository, "config", "alias.ls-tree", f"!{trap}")
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        shutil.copy(trap, hooks / name)
    assert cli.main(["check", "--policy-from", "main"]) == 1
    assert not (repository / "sprung").exists()
    git(repository, "add", "--all")
    assert (repository / "sprung").exists(), "the trap would not have been sprung by anything"


def _a_tag_called_like_the_branch(folder: Path) -> str:
    git(folder, "tag", "main", "change")
    return "main"


def _a_tag_called_like_the_remote_branch(folder: Path) -> str:
    git(folder, "update-ref", "refs/remotes/origin/main", "main")
    git(folder, "tag", "--annotate", "--message", "x", "origin/main", "change")
    return "origin/main"


def _a_tag_called_like_the_commit(folder: Path) -> str:
    name = git(folder, "rev-parse", "--short", "main")
    git(folder, "tag", name, "change")
    return name


AMBIGUITIES = (_a_tag_called_like_the_branch, _a_tag_called_like_the_remote_branch, _a_tag_called_like_the_commit)


@pytest.mark.parametrize("confuse", AMBIGUITIES, ids=lambda confuse: confuse.__name__)
def test_a_name_of_two_commits_is_refused(
    confuse: Callable[[Path], str], repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """git takes a tag before a branch, and whoever may push a tag is not who decides about the branch."""
    _loosen_settings(repository)
    commit(repository)
    name = confuse(repository)
    assert cli.main(["check", "--policy-from", f"{name}"]) == 2
    assert "in full" in capsys.readouterr().err
    assert cli.main(["check", "--policy-from", "refs/heads/main"]) == 1
    assert cli.main(["check", "--policy-from", git(repository, "rev-parse", "refs/heads/main")]) == 1


def test_a_tag_on_the_same_commit_is_no_other_meaning(repository: Path) -> None:
    """A release is often both; with a message too, it stands for the commit."""
    git(repository, "tag", "--annotate", "--message", "x", "main", "main")
    assert cli.main(["check", "--policy-from", "main"]) == 1


def test_variables_of_another_repository_do_not_decide(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook sets GIT_DIR and the like; the rules are those of the repository around the folder all the same."""
    other = tmp_path_factory.mktemp("other")
    make_repository(other)
    (other / "envprobe.toml").write_text(LOOSE)
    commit(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git" / "objects"))
    assert cli.main(["check", "--policy-from", "main"]) == 1


@pytest.mark.parametrize("worktree", ["", "..", "../.."])
def test_a_repository_that_came_with_the_change_does_not_decide(
    worktree: str, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of a commit may look like a bare repository, with branches and a configuration of its own."""
    inner = repository / "inner" / "deep"
    shutil.copytree(repository / ".git", inner)
    git(inner, "config", "core.bare", "false" if worktree else "true")
    if worktree:
        git(inner, "config", "core.worktree", worktree)
    monkeypatch.chdir(inner)
    assert cli.main(["check", "--policy-from", "main"]) == 2
    assert "repository" in capsys.readouterr().err


def test_a_clone_without_the_revision_is_told_how_to_fetch(
    repository: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A shallow clone, as CI systems make, says what to set there; no comparison is made."""
    _loosen_settings(repository)
    commit(repository)
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--depth=1", "--branch=change", f"file://{repository}", "shallow")
    monkeypatch.chdir(clone / "shallow")
    assert cli.main(["check", "--policy-from", "HEAD^1"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert all(
        words in said.err for words in ("HEAD^1: no such revision", "fetch-depth: 0", "GIT_DEPTH: 0", "git fetch --depth=1")
    )


def test_a_clone_without_contents_fetches_nothing(
    repository: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A partial clone is told what it lacks: git would start a program of the repository's configuration to fetch it."""
    _loosen_settings(repository)
    commit(repository)
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--filter=blob:none", "--branch=change", f"file://{repository}", "partial")
    monkeypatch.chdir(clone / "partial")
    assert cli.main(["check", "--policy-from", "origin/main"]) == 2
    said = capsys.readouterr().err
    assert "promisor remote" in said
    assert "make it without --filter" in said


def test_a_folder_of_somebody_else_s_is_told_what_to_do(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a container of a CI system the folder belongs to another user, and git refuses it."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert cli.main(["check", "--policy-from", "main"]) == 2
    said = capsys.readouterr().err
    assert "dubious ownership" in said
    assert "safe.directory" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--policy-from nowhere", "nowhere: no such revision"),
        ("--policy-from=--upload-pack=x", "is not the name of a revision"),
        ("--policy-from main --baseline new", "no baseline named 'new' in main"),
        ("--policy-from main --baseline baselines/new.json", "baselines/new.json: no such baseline file in main"),
        ("--policy-from main --baseline baselines/link.json", "main:baselines/link.json: not a regular file"),
    ],
)
def test_what_is_not_in_the_revision_is_an_error(
    arguments: str, words: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A revision or file that is not there is status 2 with the way on, never a check by other rules."""
    git(repository, "checkout", "--quiet", "main")
    (repository / "baselines" / "link.json").symlink_to("tf.json")
    commit(repository)
    (repository / "baselines" / "new.json").write_bytes(LOOSENED)
    assert cli.main(["check", *arguments.split()]) == 2
    assert words in capsys.readouterr().err


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a repository there is no revision; without git none can be read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert cli.main(["check", "--policy-from", "main"]) == 2
    assert "not a git repository" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["check", "--policy-from", "main"]) == 2
    assert "git is not installed" in capsys.readouterr().err


def test_a_folder_below_finds_the_settings_above(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the revision are looked for as those of the folder are: upwards to the repository's root."""
    (repository / "below").mkdir()
    shutil.copy(repository / "drifted.json", repository / "below" / "drifted.json")
    _loosen_settings(repository)
    monkeypatch.chdir(repository / "below")
    assert cli.main(["check"]) == 0
    assert cli.main(["check", "--policy-from", "main"]) == 1


@pytest.mark.parametrize("folder", [":(top)*", "ünï x", "-r", "a\tb"])
def test_names_mean_themselves(folder: str, repository: Path) -> None:
    """A folder's name is no pattern, option or magic word of git's."""
    git(repository, "checkout", "--quiet", "main")
    (repository / "baselines").rename(repository / folder)
    (repository / "envprobe.toml").write_text(f'{SETTINGS}baselines_folder = "{folder}"\n', "utf-8")
    commit(repository)
    (repository / folder / "tf.json").write_bytes(LOOSENED)
    assert cli.main(["check"]) == 0
    assert cli.main(["check", "--policy-from", "main"]) == 1


def test_a_huge_file_is_not_read(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a revision holds is bounded before it is read."""
    git(repository, "checkout", "--quiet", "main")
    (repository / "envprobe.toml").write_text("#" * (2 << 20))
    commit(repository)
    assert cli.main(["check", "--policy-from", "main"]) == 2
    assert "main:envprobe.toml: 2,097,152 bytes, more than the 1,048,576 that are read" in capsys.readouterr().err


def test_faults_of_a_revision_are_named_as_its_own(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong setting of the base branch is not looked for in the folder, where it may be mended already."""
    git(repository, "checkout", "--quiet", "main")
    (repository / "envprobe.toml").write_text('taget = "x"\n')
    commit(repository)
    (repository / "envprobe.toml").write_text(LOOSE)
    assert cli.main(["check", "--policy-from", "main"]) == 2
    assert "main:envprobe.toml: taget: no such setting" in capsys.readouterr().err
