"""What helps against a difference: a command that is safe to type, or a sentence."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from envprobe.assess.advice import fix_for
from envprobe.assess.change import classify
from envprobe.assess.fix import Case, changes_together
from envprobe.assess.sides import BothSides
from envprobe.baseline import Baseline, Provenance
from envprobe.baseline.declaration import Declaration
from envprobe.call import Call
from envprobe.fact import ABSENT, Fact, Known, Unknown
from envprobe.fixes import Fix
from envprobe.policy import Severity
from envprobe.report import Difference
from envprobe.targets.prompt import Installer, Prompt
from envprobe.targets.run_line import RunLine, Word
from tests.support.sample import fingerprint

PIP = "python3 -m pip install "
AGAIN = PIP + "--force-reinstall --no-deps "
LOCAL = Prompt(scheme="local", folders={"{site}": "/v/site-packages"})
LINE = RunLine(
    tool="docker", name="trainer", id="0123456789", image="lab:1", options={("--cpuset-cpus", ""): [Word("0")]}, command=[]
)
TRAINER = Prompt(scheme="docker", place="trainer", line=LINE, call=Call(target="docker://trainer", baseline="tf"))
AWAY = "docker stop trainer && docker rename trainer trainer-01234567 && docker run -d --name trainer"
IMAGE = Prompt(scheme="image", place="lab:1", call=Call(target="image://lab:1", baseline="tf"))
DOCUMENT = Prompt(subject="me.json")


def case(path: str, expected: Fact, observed: Fact, prompt: Prompt = LOCAL, sides: BothSides | None = None) -> Case:
    """Return a difference of one fact, and all that decides what helps."""
    change = classify(path, expected, observed)
    difference = Difference(path=path, kind=change.kind, severity=Severity.FAIL, expected=expected, observed=observed)
    return Case(difference, sides or BothSides(fingerprint(), fingerprint()), prompt, changes_together([difference], prompt))


def fix(*arguments: Any, **given: Any) -> Fix:
    """Return what helps against it."""
    return fix_for(case(*arguments, **given))


def sides(expected: dict[str, Any], observed: dict[str, Any] | None = None) -> BothSides:
    """Return two fingerprints that have some facts."""
    return BothSides(fingerprint(expected), fingerprint(observed or {}))


def declared(**declarations: Declaration) -> BothSides:
    """Return a declared baseline that names an index, and an environment."""
    named = {f"packages.{name}": declaration for name, declaration in declarations.items()}
    return BothSides(Baseline(name="d", kind="declared", declared=named), fingerprint())


# -- packages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "requirement"),
    [
        ("1.22.4", "numpy==1.22.4"),
        ("==1.22.4", "numpy==1.22.4"),
        (">=1.20,<2", "'numpy>=1.20,<2'"),
        ("!=1.5", "'numpy!=1.5'"),
    ],
)
def test_a_version_is_installed(version: str, requirement: str) -> None:
    """A recorded version becomes a pin, a declared specifier stays one, quoted for a shell."""
    found = fix("packages.numpy.version", Known(version), Known("1.23.5"))
    assert (found.text, found.is_command) == (PIP + requirement, True)


@pytest.mark.parametrize(
    "version",
    [
        Known("1.0 --index-url x"),
        Known("1.0; id"),
        Known("==1.0 where python_version < '3.9'"),
        Known(">=1 or absent"),
        Known(""),
        Known("main"),
        Known(1),
        Known(["1.0"]),
        Unknown("crashed"),
    ],
)
def test_no_version_no_command(version: Fact) -> None:
    """What is no version and no specifier gives no command: pip would take the newest, or something else."""
    assert fix("packages.numpy.version", version, Known("0")) == Fix()


HOSTILE_NAMES = ("; rm -rf ~", "-r /etc/passwd", "$(id)", "a b", "a\nb", "--index-url=http://x.invalid", "`id`", "naïve")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_that_are_none(name: str) -> None:
    """A name that no package or variable can have never becomes part of a command."""
    origins = sides({f"packages.{name}.origin": "index"})
    assert not fix(f"packages.{name}", Known("1.0"), ABSENT, sides=origins).is_command
    assert not fix(f"packages.{name}", ABSENT, Known("1.0"), sides=origins).is_command
    assert not fix(f"integrity.{name}", Known("ok"), Known({"missing": ["a"]}), sides=origins).is_command
    assert not fix(f"environment.{name}", Known("1"), ABSENT).is_command


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ("git+https://example.invalid/six@abc", AGAIN + "'six @ git+https://example.invalid/six@abc'"),
        (
            "git+ssh://git@example.invalid/six@abc#subdirectory=a",
            AGAIN + "'six @ git+ssh://git@example.invalid/six@abc#subdirectory=a'",
        ),
        ("git+https://example.invalid/$(id)@abc", AGAIN + "'six @ git+https://example.invalid/$(id)@abc'"),
        ("archive https://example.invalid/six-1.0.whl", AGAIN + "'six @ https://example.invalid/six-1.0.whl'"),
    ],
)
def test_a_package_comes_from_where_it_came(origin: str, command: str) -> None:
    """What was installed from a URL is installed from that URL, whichever of its facts differs."""
    there = sides({"packages.six.origin": origin})
    for path, expected, observed in (
        ("packages.six.version", Known("1.0"), Known("2.0")),
        ("packages.six.origin", Known(origin), Known("index")),
        ("integrity.six", Known("ok"), Known({"missing": ["a"]})),
    ):
        assert fix(path, expected, observed, sides=there).text == command


@pytest.mark.parametrize(
    "origin", ["editable", "directory", "archive sha256:1", "git+file:///home/x", "git+https://x y", "archive", None]
)
@pytest.mark.parametrize(
    "path", ["packages.six.version", "packages.six", "packages.six.record", "integrity.six", "packages.six.broken"]
)
def test_no_index_is_asked_for_what_came_from_elsewhere(origin: str | None, path: str) -> None:
    """A private project's name may be anybody's in the public index: it is said in words what to install (dependency confusion)."""
    expected = fingerprint({"packages.six.origin": origin} if origin else {}, without=() if origin else ("packages.six.origin",))
    values: dict[str, tuple[Fact, Fact]] = {"packages.six": (Known("1.0"), ABSENT), "packages.six.broken": (ABSENT, Known(["x"]))}
    wanted, seen = values.get(path, (Known("1.0"), Known("2.0")))
    found = fix(path, wanted, seen, sides=BothSides(expected, fingerprint()))
    assert found and not found.is_command
    assert "pip" not in found.text


@pytest.mark.parametrize(("origin", "tool"), [("dpkg", "apt"), ("conda", "conda"), ("rpm", "dnf")])
def test_another_tools_packages_are_that_tools(origin: str, tool: str) -> None:
    """pip neither removes nor installs what apt or conda brought."""
    there = sides({"packages.six.origin": origin}, {"packages.six.origin": origin})
    for path, expected, observed in (
        ("packages.six", ABSENT, Known("1.0")),
        ("packages.six.version", Known("1.0"), Known("2.0")),
        ("integrity.six", Known("ok"), Known({"missing": ["a"]})),
    ):
        found = fix(path, expected, observed, sides=there)
        assert not found.is_command
        assert f"with {tool}, not with pip" in found.text


def test_a_build_comes_from_the_index_that_has_it() -> None:
    """The public index takes no version with a local label: PyTorch's own has its builds, another's is said in words."""
    torch = sides({"packages.torch.origin": "index"})
    assert fix("packages.torch.version", Known("1.12.1+cu113"), Known("1.12.1"), sides=torch).text == (
        PIP + "--extra-index-url https://download.pytorch.org/whl/cu113 torch==1.12.1+cu113"
    )
    mine = fix("packages.mine.version", Known("1.0+abc"), Known("1.0"), sides=sides({"packages.mine.origin": "index"}))
    assert not mine.is_command and "1.0+abc" in mine.text


@pytest.mark.parametrize(
    ("indexes", "extra", "options"),
    [
        (["https://pypi.org/simple"], [], ""),
        (["https://mine.example/simple"], [], "--index-url https://mine.example/simple "),
        (["https://a.example"], ["https://a.example"], "--extra-index-url https://a.example "),
        (
            ["https://a.example", "https://b.example"],
            ["https://b.example"],
            "--index-url https://a.example --extra-index-url https://b.example ",
        ),
        (["file:///x", "https://user@x", "https://a b"], [], ""),
    ],
)
def test_the_index_that_a_file_names_is_named(indexes: list[str], extra: list[str], options: str) -> None:
    """A declared version is looked for where its file looks for it, and not in the public index where the file does not."""
    expected = Baseline(
        name="d",
        kind="declared",
        declared={"packages.torch.version": Declaration(specifier="==1.12.1")},
        provenance=Provenance(indexes=indexes, extra_indexes=extra),
    )
    found = fix("packages.torch.version", Known("==1.12.1"), Known("1.0"), sides=BothSides(expected, fingerprint()))
    assert found.text == PIP + options + "torch==1.12.1"


def test_a_local_project_is_none_of_the_index_that_a_file_does_not_name() -> None:
    """Where a file only pins a version, and what is here came from a folder, no index is asked for the name."""
    expected = Baseline(name="d", kind="declared", declared={"packages.mine.version": Declaration(specifier="==1.0")})
    here = BothSides(expected, fingerprint({"packages.mine.origin": "editable"}))
    found = fix("packages.mine.version", Known("==1.0"), Known("2.0"), sides=here)
    assert found and not found.is_command


def test_a_package_too_many() -> None:
    """It is removed without a question, so that it works without a terminal."""
    assert fix("packages.extra", ABSENT, Known("1.0")).text == "python3 -m pip uninstall -y extra"
    assert fix("packages.extra", ABSENT, Known("1.0"), TRAINER).text == "docker exec trainer python3 -m pip uninstall -y extra"


def test_uv_where_there_is_no_pip() -> None:
    """An environment that uv made has no pip; where there is neither, no command is made up."""
    uv = Prompt(scheme="local", installer=Installer(python="/v/bin/python", has_pip=False, has_uv=True))
    assert (
        fix("packages.numpy.version", Known("1.0"), Known("2.0"), uv).text == "uv pip install --python /v/bin/python numpy==1.0"
    )
    neither = Prompt(scheme="local", installer=Installer(has_pip=False))
    assert not fix("packages.numpy.version", Known("1.0"), Known("2.0"), neither).is_command


@pytest.mark.parametrize(
    ("facts", "said"),
    [({"container.read_only": True}, "is read-only"), ({"container.network_mode": "none"}, "has no network")],
)
def test_a_container_that_takes_nothing(facts: dict[str, Any], said: str) -> None:
    """Into a container without network, or with a read-only file system, nothing is installed: its image is changed."""
    observed = BothSides(fingerprint(), fingerprint(facts))
    found = fix("packages.numpy.version", Known("1.0"), Known("2.0"), TRAINER, sides=observed)
    assert not found.is_command and said in found.text


def test_who_may_not_write_is_told_who_may() -> None:
    """In a container root does it; on a machine its owner does."""
    installer = Installer(is_writable=False)
    container = Prompt(scheme="docker", place="t", installer=installer)
    assert fix("packages.numpy.version", Known("1.0"), Known("2.0"), container).text == f"docker exec --user 0 t {PIP}numpy==1.0"
    found = fix("packages.numpy.version", Known("1.0"), Known("2.0"), Prompt(scheme="local", installer=installer))
    assert not found.is_command and PIP in found.text


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "path"), [("x.pth", "/v/site-packages/x.pth"), ("{user}/x.pth", "{user}/x.pth"), ("/usr/lib/x.pth", "/usr/lib/x.pth")]
)
def test_a_pth_file_is_called_by_its_name(key: str, path: str) -> None:
    """The file is named by where it lies, and not by the fact."""
    assert fix(f"python.pth.{key}", ABSENT, Known({"imports": True})).text == f"look at {path}, and remove it if it is not yours"


def test_folders_are_called_by_their_names() -> None:
    """What shadows a package is named so that it can be found."""
    assert (
        fix("packages.numpy.shadowed_by", ABSENT, Known({"numpy": "{site}/numpy.py"})).text
        == "rename or move numpy /v/site-packages/numpy.py"
    )


COPY = Known([{"place": "{site}", "version": "1.16.0"}])


@pytest.mark.parametrize(("first", "named"), [("1.15.0", "place /over, version 1.15.0"), ("1.16.0", "place /v/site-packages")])
def test_of_two_copies_the_one_that_the_baseline_has_not_is_named(first: str, named: str) -> None:
    """Where the first on sys.path is of another version it is that one, else the second."""
    pair = sides({"packages.six.version": "1.16.0"}, {"packages.six.version": first, "packages.six.place": "/over"})
    assert f"remove the copy that should not be there: {named}" in fix("packages.six.shadowed", ABSENT, COPY, sides=pair).text


def test_what_pip_left_behind_is_named_with_its_folder() -> None:
    """Nobody installed it, so nothing uninstalls it."""
    assert fix("packages.~oml-0", ABSENT, Known(["leftover"])).text == "remove what begins with ~oml-0 from /v/site-packages"


@pytest.mark.parametrize(("variables", "file"), [({}, "~/.keras"), ({"environment.KERAS_HOME": "/keras"}, "/keras")])
def test_keras_json_lies_where_keras_looks(variables: dict[str, str], file: str) -> None:
    """In the home of whom Python runs as, or where KERAS_HOME says."""
    found = fix("numerics.keras.floatx", Known("float32"), Known("float64"), sides=sides(variables, variables)).text
    assert found == f'set "floatx" to float32 in {file}/keras.json, or remove that file'


def test_words_in_braces_are_shown_as_they_are() -> None:
    """A value that itself holds braces fills no second place."""
    assert fix("packages.numpy.shadowed_by", ABSENT, Known("{expected} {name}")).text == "rename or move {expected} {name}"


def test_a_container_of_the_same_image_is_made_afresh() -> None:
    """What was changed in it is gone in a new one; of another image, it may not be."""
    same = sides({"image.id": "sha256:1"}, {"image.id": "sha256:1"})
    assert fix("stdlib.abc", Known("sha256:1"), Known("sha256:2"), TRAINER, sides=same).text.startswith(AWAY)
    other = sides({"image.id": "sha256:1"}, {"image.id": "sha256:2"})
    assert fix("stdlib.abc", Known("sha256:1"), Known("sha256:2"), TRAINER, sides=other).text == "install Python again"


# -- variables, settings, limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "command"),
    [
        (Known("0"), "export TF_X=0"),
        (Known(""), "export TF_X=''"),
        (Known("a b'; id"), """export TF_X='a b'"'"'; id'"""),
        (Known("sha256:" + "1" * 64), "export TF_X=sha256:" + "1" * 64),
        (ABSENT, "unset TF_X"),
        (Known("{site}/lib:{pythonpath:0}"), ""),
        (Known("a\x1b[2J"), ""),
        (Known(1), ""),
        (Unknown("masked"), ""),
    ],
)
def test_a_variable_gets_its_value(expected: Fact, command: str) -> None:
    """A variable gets exactly the expected value, or is unset; a placeholder of a machine's path is no value."""
    assert fix("environment.TF_X", expected, Known("?")).text == command


def test_a_container_gets_its_settings_when_it_is_made() -> None:
    """The whole line is typed, with all that is to be changed: made twice, the second would undo the first."""
    assert fix("container.limits.cpuset", ABSENT, Known("0"), TRAINER).text == f"{AWAY} lab:1"
    assert fix("environment.A", Known("1"), ABSENT, TRAINER).text == f"{AWAY} --cpuset-cpus 0 --env A=1 lab:1"
    both = [case("container.limits.cpuset", ABSENT, Known("0")), case("environment.A", Known("1"), ABSENT)]
    together = changes_together([one.difference for one in both], TRAINER)
    texts = {fix_for(one._replace(prompt=TRAINER, together=together)).text for one in both}
    assert texts == {f"{AWAY} --env A=1 lab:1"}


def test_never_absent_as_a_setting() -> None:
    """`start it with the baseline's settings: absent` says nothing: what is left out is named."""
    for prompt in (Prompt(scheme="docker", place="x"), IMAGE, DOCUMENT):
        text = fix("container.limits.cpuset", ABSENT, Known("0"), prompt).text
        assert "without --cpuset-cpus" in text
        assert "absent" not in text


@pytest.mark.parametrize(
    ("path", "expected", "text"),
    [
        ("system.limits.open_files", Known(1024), "ulimit -S -n 1024"),
        ("system.limits.stack", Known(8192 * 1024), "ulimit -S -s 8192"),
        ("system.limits.stack", Known("unlimited"), "ulimit -S -s unlimited"),
        ("system.limits.shm_bytes", Known(5), "give it the baseline's limit: 5"),
    ],
)
def test_a_limit_of_the_shell(path: str, expected: Fact, text: str) -> None:
    """What is probed inherits the limits of the shell that envprobe is called from."""
    assert fix(path, expected, Known(1)).text == text


# -- the image ---------------------------------------------------------------------------------------------------------

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("facts", "prompt", "text"),
    [
        ({"image.digest": DIGEST}, TRAINER, f"{AWAY} --cpuset-cpus 0 tensorflow/tensorflow@{DIGEST}"),
        (
            {"image.digest": DIGEST},
            IMAGE,
            f"docker pull tensorflow/tensorflow@{DIGEST} && envprobe check image://tensorflow/tensorflow@{DIGEST} --baseline tf",
        ),
        ({}, IMAGE, "envprobe check image://tensorflow/tensorflow:2.9.0 --baseline tf"),
        ({}, TRAINER, f"{AWAY} --cpuset-cpus 0 tensorflow/tensorflow:2.9.0"),
        ({}, DOCUMENT, "use the baseline's image: tensorflow/tensorflow:2.9.0"),
    ],
)
def test_the_baselines_image_is_taken(facts: dict[str, Any], prompt: Prompt, text: str) -> None:
    """By its digest where a registry gave it one, else by its name."""
    both = sides({"image.reference": "tensorflow/tensorflow:2.9.0", **facts}, {"image.reference": "lab:1"})
    assert fix("image.id", Known("sha256:1"), Known("sha256:2"), prompt, sides=both).text == text


def test_an_image_of_no_registry_is_said_in_words() -> None:
    """Another image of the same name, which was never pushed, can only be built again or loaded."""
    both = sides({"image.reference": "lab:1", "image.id": "sha256:1"}, {"image.reference": "lab:1"})
    found = fix("image.id", Known("sha256:1"), Known("sha256:2"), TRAINER, sides=both)
    assert not found.is_command and "docker load" in found.text


# -- code, traces, runs ------------------------------------------------------------------------------------------------


def test_only_a_commit_is_checked_out() -> None:
    """Only a commit's digits become a command."""
    assert fix("code.commit", Known("abcdef0"), Known("1")).text == "git checkout abcdef0"
    assert fix("code.commit", Known("abcdef0"), Known("1"), TRAINER).text == "check out abcdef0 there"
    assert not fix("code.commit", Known("main; id"), Known("1"))
    assert not fix("code.commit", Known("--force"), Known("1"))


def test_nobody_is_told_to_expect_what_nobody_has_judged() -> None:
    """Another processor alone says nothing of its bits: a trace is offered beside one that is equivalent, by the benchmark's lines."""
    for prompt in (TRAINER, DOCUMENT):
        assert fix("cpu.dispatch", Known("a"), Known("b"), prompt).text == "run on a CPU of the same class"


@pytest.mark.parametrize("prompt", [LOCAL, TRAINER, IMAGE, DOCUMENT, Prompt(scheme="ssh", place="lab")])
def test_every_command_is_one_for_a_shell(prompt: Prompt) -> None:
    """What is said to be a command can be read by a shell, and has no place that somebody must fill."""
    facts = {"image.reference": "lab:2", "packages.numpy.origin": "index"}
    for path, expected, observed in (
        ("packages.numpy.version", Known("1.0"), Known("2.0")),
        ("packages.numpy", ABSENT, Known("2.0")),
        ("environment.A", Known("1"), ABSENT),
        ("container.init", Known(True), ABSENT),
        ("image.id", Known("sha256:1"), Known("sha256:2")),
        ("code.commit", Known("abcdef0"), Known("1234567")),
        ("cpu.dispatch", Known("a"), Known("b")),
        ("run.exit_status", Known(0), Known(1)),
    ):
        found = fix(path, expected, observed, prompt, sides=sides(facts))
        assert not any(word in found.text for word in ("TARGET", "NAME", " RUN ") if found.is_command or word != " RUN ")
        if found.is_command:
            assert len(shlex.split(found.text)) >= 2
