"""The interpreter, and what runs before the first line of a program."""

from __future__ import annotations

import types
from pathlib import Path

from probes.collectors.python import collect, flags, installer
from tests.probe.fake import FakeHost, facts

DEFAULTS = {
    "debug": 0,
    "dont_write_bytecode": 1,
    "hash_randomization": 1,
    "utf8_mode": 0,
    "dev_mode": False,
    "int_max_str_digits": 4300,
}


def test_the_probes_own_option_is_not_a_flag_of_the_environment() -> None:
    """Trap 24: the probe runs with -B, and must not record itself."""
    assert flags(types.SimpleNamespace(**DEFAULTS), {}) == {}


def test_flags_that_were_set_are_recorded() -> None:
    """PYTHONDONTWRITEBYTECODE, a fixed hash seed and UTF-8 mode are facts."""
    values = types.SimpleNamespace(**{**DEFAULTS, "hash_randomization": 0, "utf8_mode": 1})
    assert flags(values, {"PYTHONDONTWRITEBYTECODE": "1"}) == {"dont_write_bytecode": 1, "hash_randomization": 0, "utf8_mode": 1}


def test_this_interpreter_is_told() -> None:
    """Version, ABI and compiler of a real interpreter."""
    known = facts(collect, FakeHost())["known"]
    assert known["implementation"] == "cpython"
    assert known["version"].count(".") == 2
    assert known["abi"].startswith("cpython-")
    assert known["compiler"] and "[" not in known["compiler"]
    assert known["flags"].keys().isdisjoint({"count", "index", "n_fields"})


def test_the_path_is_told_in_order_as_places(site: Path, front: Path, tmp_path: Path) -> None:
    """The order of sys.path decides what is imported, its folders' names do not."""
    host = FakeHost(
        path=[front, tmp_path / "lib", site], site=[site], stdlib=tmp_path / "lib", environ={"PYTHONPATH": str(front)}
    )
    assert facts(collect, host)["known"]["path"] == ["{pythonpath:0}", "{stdlib}", "{site}"]


def test_pth_files_are_told_one_by_one(site: Path, tmp_path: Path) -> None:
    """Trap 14: a .pth file adds folders or runs code at every start."""
    (site / "code.pth").write_text("# a comment\nimport sys; sys.path.reverse()\n")
    (site / "folders.pth").write_text(f"{tmp_path / 'added'}\n\nbelow\n")
    user = tmp_path / "user"
    user.mkdir()
    (user / "code.pth").write_text("import\tos\n")
    host = FakeHost(path=[site, user], site=[site], user=user, home=tmp_path)
    known = facts(collect, host)["known"]
    assert (known["pth.code.pth"]["imports"], known["pth.code.pth"]["adds"]) == (True, [])
    assert (known["pth.folders.pth"]["imports"], known["pth.folders.pth"]["adds"]) == (False, ["{home}/added", "{site}/below"])
    assert known["pth.{user}/code.pth"]["imports"]


def test_the_digest_of_a_pth_file_holds_no_machine_path(site: Path, tmp_path: Path) -> None:
    """The same editable install in two homes is the same fact; other code in it is not."""
    digests = []
    for name in ("one", "other"):
        (site / "mine.pth").write_text(f"{tmp_path / name / 'project'}\n")
        digests.append(
            facts(collect, FakeHost(path=[site], site=[site], home=tmp_path / name))["known"]["pth.mine.pth"]["digest"]
        )
    (site / "mine.pth").write_text("import os\n")
    assert digests[0] == digests[1]
    assert facts(collect, FakeHost(path=[site], site=[site]))["known"]["pth.mine.pth"]["digest"] != digests[0]


def test_a_pth_file_outside_the_site_folders_does_nothing(front: Path) -> None:
    """Python looks for .pth files in site folders only."""
    (front / "code.pth").write_text("import os\n")
    assert not [name for name in facts(collect, FakeHost(path=[front]))["known"] if name.startswith("pth.")]


def test_the_customize_modules_are_located_and_not_imported(site: Path, front: Path) -> None:
    """Trap 14: the first sitecustomize on the path runs at every start; usercustomize only where the user's folder counts."""
    for folder in (front, site):
        (folder / "sitecustomize.py").write_text("raise SystemExit('imported')\n")
    (site / "usercustomize.py").write_text("raise SystemExit('imported')\n")
    path = {"path": [front, site], "site": [site], "environ": {"PYTHONPATH": str(front)}}
    without_user = facts(collect, FakeHost(**path))  # type: ignore[arg-type]
    with_user = facts(collect, FakeHost(user=front, **path))  # type: ignore[arg-type]
    assert without_user["known"]["sitecustomize"]["place"] == "{pythonpath:0}/sitecustomize.py"
    assert "usercustomize" in without_user["absent"]
    assert with_user["known"]["usercustomize"]["place"] == "{site}/usercustomize.py"


def test_without_customize_modules_they_are_absent() -> None:
    """Looked for, and not there."""
    assert {"sitecustomize", "usercustomize"} <= set(facts(collect, FakeHost())["absent"])


def test_the_build_is_told_by_its_options_and_not_by_its_folders(tmp_path: Path) -> None:
    """Two builds with the same options in two folders are one; optimisation is an option."""
    digests = []
    for options in (
        "'--prefix=/a' '--enable-shared' 'CFLAGS=-I/a'",
        "'--prefix=/b' '--enable-shared'",
        "'--enable-optimizations'",
    ):
        text = f"build_time_vars = {{'CC': 'gcc',\n 'CONFIG_ARGS': \"{options}\",\n 'CXX': 'g++'}}\n"
        (tmp_path / "_sysconfigdata__linux_.py").write_text(text)
        digests.append(facts(collect, FakeHost(stdlib=tmp_path))["known"]["build"])
    assert digests[0] == digests[1] != digests[2]


def test_conda_and_virtual_environments_are_told_apart(tmp_path: Path) -> None:
    """Where an interpreter comes from decides how to mend it."""
    (tmp_path / "conda-meta").mkdir()
    assert facts(collect, FakeHost(prefix=tmp_path))["known"]["kind"] == "conda"
    host = FakeHost(prefix=tmp_path / "venv")
    host.interpreter.base_prefix = "/usr"
    assert facts(collect, host)["known"]["kind"] == "venv"
    assert facts(collect, FakeHost())["known"]["kind"] == "system"


def test_what_an_installer_may_do_is_told_beside_the_facts(site: Path, tmp_path: Path) -> None:
    """Whether uv is on PATH, whether the operating system claims the interpreter (PEP 668), and whether packages can be written."""
    host = FakeHost(path=[site], site=[site], stdlib=tmp_path / "lib", environ={"PATH": f"/nowhere:{tmp_path}"})
    assert installer(host) == {"uv": False, "managed": False, "writable": True}
    (tmp_path / "uv").touch()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "EXTERNALLY-MANAGED").touch()
    assert installer(host) == {"uv": True, "managed": True, "writable": True}
    nowhere = FakeHost(path=[site], site=[site / "not" / "yet"], stdlib=tmp_path / "lib", environ={})
    assert installer(nowhere)["writable"] is True
