"""What a project asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.config import Config, load_config
from envprobe.error import DocumentError, UsageError
from envprobe.policy import Severity

WHOLE = """
[tool.envprobe]
target = "docker://trainer"
baseline = "tensorflow-2.9.0"
baselines_folder = "ci/baselines"
code = "."
data = ["data/train.csv", "/shared/x"]
hash_key_file = ".envprobe-key"

[tool.envprobe.policy]
"packages.*@added" = "note"
"python.version@micro" = "ignore"
tolerance = { forward_scaled = 1e-4 }

[[tool.envprobe.waivers]]
path = "packages.tensorboard.*"
owner = "ann"
reason = "only draws"
expires = "2027-01-31"
"""


def test_every_setting_is_read(tmp_path: Path) -> None:
    """Paths are relative to the file, rules and waivers are typed."""
    (tmp_path / "pyproject.toml").write_text(WHOLE)
    config = load_config(tmp_path)
    assert (config.target, config.baseline, config.code) == ("docker://trainer", "tensorflow-2.9.0", tmp_path / ".")
    assert config.baselines_folder == tmp_path / "ci/baselines"
    assert config.data == [tmp_path / "data/train.csv", Path("/shared/x")]
    assert config.hash_key_file == tmp_path / ".envprobe-key"
    assert config.policy.severity("packages.x", kind="added") is Severity.NOTE
    assert config.policy.forward_scaled == 1e-4
    assert config.waivers[0].owner == "ann"
    assert config.source == tmp_path / "pyproject.toml"


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """Nothing has to be configured."""
    (tmp_path / ".git").mkdir()
    assert load_config(tmp_path) == Config(baselines_folder=tmp_path / "baselines")


def test_the_nearest_file_counts_and_the_repository_is_the_end(tmp_path: Path) -> None:
    """envprobe.toml before pyproject.toml, a pyproject.toml without our table is passed by, nothing above the repository."""
    (tmp_path / "envprobe.toml").write_text('target = "local://outside"')
    inner = tmp_path / "repository" / "package"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[tool.other]\nx = 1")
    (tmp_path / "repository" / ".git").mkdir()
    assert load_config(inner).source is None
    (tmp_path / "repository" / "pyproject.toml").write_text('[tool.envprobe]\ntarget = "image://a:1.0.0"')
    assert load_config(inner).target == "image://a:1.0.0"
    (tmp_path / "repository" / "envprobe.toml").write_text('target = "image://b:1.0.0"')
    assert load_config(inner).target == "image://b:1.0.0"


def test_a_baseline_may_be_a_path_beside_the_file(tmp_path: Path) -> None:
    """A name stays a name; a path is found from every folder below."""
    (tmp_path / "envprobe.toml").write_text('baseline = "here/b.json"')
    (tmp_path / "below").mkdir()
    assert load_config(tmp_path / "below").baseline == str(tmp_path / "here/b.json")


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    """Every fault with the path of its key, and what was probably meant."""
    (tmp_path / "pyproject.toml").write_text("""
[tool.envprobe]
taget = "local://"
baseline = 3
code = ""
data = [1, "dvc:train"]
[tool.envprobe.policy]
"gpu.*" = "loud"
[[tool.envprobe.waivers]]
path = "gpu.*"
owner = "ann"
reason = "r"
expires = "soon"
""")
    with pytest.raises(DocumentError) as caught:
        load_config(tmp_path)
    lines = [line.removeprefix(f"{tmp_path}/pyproject.toml: tool.envprobe: ") for line in caught.value.message.splitlines()]
    assert lines == [
        "taget: no such setting; did you mean target?",
        "baseline: expected a name or a path to a .json file, found '3'",
        "code: empty; leave the line out instead",
        "data[0]: expected a path",
        "data[1]: 'dvc:train': DVC's digests are for envprobe run --data dvc:PATH; here, name the path alone",
        "policy: gpu.*: expected one of fail, warn, note, ignore, found 'loud'",
        "waivers[0].expires: 'soon' is not a date such as 2027-01-31",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a = 1\nb = nonsense", "not TOML: .*line 2"),
        (b'target = "a"\ntarget = "b"', "not TOML"),
        (b"\xff", "not UTF-8"),
        (b"a = " + b"[" * 5000, "not TOML"),
        (b"#" * (2 << 20), "more than"),
    ],
)
def test_a_broken_file_is_a_sentence(text: bytes, message: str, tmp_path: Path) -> None:
    """The error names the file and the line."""
    (tmp_path / "envprobe.toml").write_bytes(text)
    with pytest.raises(DocumentError, match=rf"envprobe\.toml: .*{message}"):
        load_config(tmp_path)


def test_a_table_of_the_wrong_kind_is_a_sentence(tmp_path: Path) -> None:
    """`tool.envprobe` may be anything in a file that somebody else wrote."""
    (tmp_path / "pyproject.toml").write_text("tool = 3")
    with pytest.raises(DocumentError, match="tool: expected a table"):
        load_config(tmp_path)


def test_a_folder_called_as_the_file_is_a_sentence(tmp_path: Path) -> None:
    """What cannot be read is not taken for absent."""
    (tmp_path / "envprobe.toml").mkdir()
    with pytest.raises(UsageError, match=r"envprobe\.toml: cannot be read"):
        load_config(tmp_path)
