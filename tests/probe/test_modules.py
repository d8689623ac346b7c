"""Importable modules that no distribution brought."""

from __future__ import annotations

import os
from pathlib import Path

from probes.code_folder import FILE_LIMIT
from probes.collectors.modules import collect
from tests.probe.fake import FakeHost, facts
from tests.probe.installation import egg_info, install


def test_a_module_that_was_copied_by_hand_is_named(site: Path) -> None:
    """A file in site-packages without metadata is imported like any other."""
    install(site)
    (site / "local_patch.py").write_text("x = 1\n")
    (site / "fast.cpython-39-x86_64-linux-gnu.so").write_text("")
    (site / "native.abi3.so").write_text("")
    known = facts(collect, FakeHost(path=[site], site=[site]))["known"]
    assert known["local_patch"]["kind"] == "module"
    assert known["local_patch"]["place"] == "{site}/local_patch.py"
    assert known["native"]["kind"] == "extension"
    assert "six" not in known


def test_a_module_belongs_to_the_distributions_of_its_own_folder(site: Path, front: Path) -> None:
    """A copy of `six.py` in another folder than its metadata was brought by nobody, whatever the other folder says."""
    install(site)
    (front / "six.py").write_text("x = 1\n")
    known = facts(collect, FakeHost(path=[front, site], site=[site], environ={"PYTHONPATH": str(front)}))["known"]
    assert list(known) == ["six"]
    assert known["six"]["place"] == "{pythonpath:0}/six.py"


def test_a_package_is_told_by_the_digest_of_its_code(site: Path) -> None:
    """Its bytecode and its data do not count, its sources do."""
    package = site / "mine"
    (package / "sub" / "__pycache__").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "sub" / "a.py").write_text("x = 1\n")

    def digest() -> str:
        return facts(collect, FakeHost(path=[site]))["known"]["mine"]["digest"]

    before = digest()
    (package / "sub" / "__pycache__" / "a.cpython-39.pyc").write_text("x")
    (package / "data.bin").write_text("x")
    assert digest() == before
    (package / "sub" / "a.py").write_text("x = 2\n")
    assert digest() != before


def test_a_module_in_front_of_the_standard_library_is_named(front: Path, tmp_path: Path) -> None:
    """A `random.py` in PYTHONPATH is what every program gets; behind the standard library nobody gets it."""
    stdlib = tmp_path / "lib"
    stdlib.mkdir()
    (stdlib / "random.py").write_text("")
    (front / "random.py").write_text("")
    environ = {"PYTHONPATH": str(front)}
    in_front = facts(collect, FakeHost(path=[front, stdlib], stdlib=stdlib, environ=environ))["known"]
    behind = facts(collect, FakeHost(path=[stdlib, front], stdlib=stdlib, environ=environ))["known"]
    assert in_front["random"]["place"] == "{pythonpath:0}/random.py"
    assert behind == {}


def test_a_folder_without_code_is_no_module(site: Path) -> None:
    """Data folders are importable in theory only."""
    (site / "data" / "images").mkdir(parents=True)
    (site / "data" / "x.txt").write_text("")
    (site / "plugins" / "one").mkdir(parents=True)
    (site / "plugins" / "one" / "code.py").write_text("")
    known = facts(collect, FakeHost(path=[site]))["known"]
    assert set(known) == {"plugins"}
    assert known["plugins"]["kind"] == "namespace"


def test_what_setuptools_and_namespaces_bring_is_no_finding(site: Path) -> None:
    """A distribution's own modules are found by its RECORD, its top_level.txt or its name."""
    install(
        site, "setuptools", "65.0", {f"{name}/__init__.py": "" for name in ("setuptools", "pkg_resources", "_distutils_hack")}
    )
    install(site, "google-auth", "1.0", {"google/auth/__init__.py": ""})
    egg_info(site, "PyYAML", "6.0", "yaml\n_yaml")
    (site / "yaml").mkdir()
    (site / "yaml" / "__init__.py").write_text("")
    (site / "_yaml.py").write_text("")
    assert facts(collect, FakeHost(path=[site]))["known"] == {}


def test_what_dpkg_installed_is_no_finding(tmp_path: Path) -> None:
    """Trap 20: apt's Python modules have no RECORD, and some no metadata at all; dpkg's own lists account for them."""
    root = tmp_path / "root"
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/info/python3-apt.list").write_text(
        "/.\n/usr/lib/python3/dist-packages/apt_pkg.so\n/usr/lib/python3/dist-packages/apt/__init__.py\n"
    )
    from probes import dpkg

    host = FakeHost(root)
    assert dpkg.owns(host, "/usr/lib/python3/dist-packages/apt")
    assert dpkg.owns(host, "/usr/lib/python3/dist-packages/apt_pkg.so")
    assert not dpkg.owns(host, "/usr/lib/python3/dist-packages/mine.py")
    assert not dpkg.owns(host, "/opt/dist-packages/apt")


def test_the_project_of_an_editable_install_is_no_finding(site: Path, tmp_path: Path) -> None:
    """The .pth of an editable install puts a whole project on the path, with its tests and its setup.py."""
    project = tmp_path / "project"
    (project / "mine").mkdir(parents=True)
    (project / "mine" / "__init__.py").write_text("")
    (project / "setup.py").write_text("")
    install(site, "mine", "1.0", {"mine.pth": str(project)}, direct_url={"url": project.as_uri(), "dir_info": {"editable": True}})
    assert facts(collect, FakeHost(path=[site, project]))["known"] == {}


def test_a_module_of_virtualenv_is_named(site: Path) -> None:
    """virtualenv puts a module of its own into each environment; it runs at every start."""
    (site / "_virtualenv.py").write_text("")
    (site / "_virtualenv.pth").write_text("import _virtualenv")
    assert set(facts(collect, FakeHost(path=[site]))["known"]) == {"_virtualenv"}


def test_a_large_folder_is_bounded_and_says_so(site: Path) -> None:
    """A module with more code than the limit is told by names and sizes from there on."""
    (site / "huge").mkdir()
    for number in range(FILE_LIMIT + 1):
        (site / "huge" / f"m{number:05}.py").write_text("")
    (site / "huge" / "__init__.py").write_text("")
    assert "first 1000 files" in facts(collect, FakeHost(path=[site]))["known"]["huge"]["digest_of"]


def test_loops_fifos_and_odd_names_do_not_stop_the_probe(site: Path) -> None:
    """Whatever lies in a folder of the path, the other modules are told."""
    package = site / "mine"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "loop").symlink_to(package)
    (package / "self.py").symlink_to(package / "self.py")
    os.mkfifo(package / "pipe.py")
    os.mkfifo(site / "pipe.py")
    (site / "dangling.py").symlink_to(site / "gone.py")
    (site / "not-a-name.py").write_text("")
    Path(os.fsdecode(os.fsencode(site) + b"/\xff.py")).write_text("")
    assert set(facts(collect, FakeHost(path=[site]))["known"]) == {"mine"}


def test_a_folder_that_cannot_be_listed_makes_the_rest_unknown(site: Path, tmp_path: Path) -> None:
    """An archive or folder on the path that cannot be read may hold any module."""
    (tmp_path / "broken.zip").write_text("no archive")
    assert "not a zip archive" in facts(collect, FakeHost(path=[site, tmp_path / "broken.zip"], cwd=tmp_path))["unknown"]["*"]
