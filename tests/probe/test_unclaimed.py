"""Code that no RECORD lists, and what import or the interpreter would take in front of what one lists."""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from probes import regular
from probes.collectors.integrity import collect
from probes.collectors.integrity import collect as integrity
from probes.collectors.packages import collect as packages
from probes.collectors.python import collect as python
from probes.collectors.system import collect as system
from probes.fact import Section
from probes.interpreter import Interpreter
from tests.probe.fake import FakeHost, facts
from tests.probe.installation import egg_info, install
from tests.probe.sent import answer, send


def _package(host: FakeHost, name: str = "demo") -> dict[str, Any]:
    known = facts(packages, host)["known"]
    return {key.partition(".")[2]: value for key, value in known.items() if key.startswith(f"{name}.")}


def _integrity(host: FakeHost) -> dict[str, Any]:
    own = Section()
    collect(host, own, {"integrity": True})
    return own.as_json()["known"]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("kind", ["egg-info", "egg", "no RECORD"])
@pytest.mark.parametrize("changed", ["demo/__init__.py", "demo/deep-er/weights.json", "demo/native.so"])
def test_files_without_record_have_a_digest(site: Path, kind: str, changed: str) -> None:
    """Whatever a file of an egg, or of a distribution whose RECORD was taken away, is changed to or added, it is seen."""
    top = site / "demo-1.0-py3.11.egg" if kind == "egg" else site
    _write(top / "demo/__init__.py", "LR = 0.1\n")
    if kind == "no RECORD":
        (install(site, "demo", "1.0", {}) / "RECORD").unlink()
    elif kind == "egg":
        _write(top / "EGG-INFO/PKG-INFO", "Name: demo\nVersion: 1.0\n")
    else:
        egg_info(site, "demo", "1.0")
    before = _package(FakeHost(path=[top]))["files"]
    assert _package(FakeHost(path=[top]))["files"] == before
    (top / "demo/.DS_Store").write_text("nobody's")
    assert _package(FakeHost(path=[top]))["files"] == before
    _write(top / changed, "LR = 0.01\n")
    assert _package(FakeHost(path=[top]))["files"] != before


@pytest.mark.parametrize("changed", ["demo/__init__.py", "demo/weights, new.json"])
def test_files_that_record_lists_without_a_digest_have_one(site: Path, changed: str) -> None:
    """A RECORD may say only what is where: what these files hold is looked at all the same, and where it leads out is not."""
    info = install(
        site, "demo", "1.0", {"demo/__init__.py": "LR = 0.1\n", "demo/hashed.py": "x = 1\n", "demo/weights, new.json": "1"}
    )
    bare = [
        f'"{line.rpartition(",sha256")[0]}",,' if "demo/" in line and "hashed" not in line else line
        for line in (info / "RECORD").read_text().splitlines()
    ]
    (info / "RECORD").write_text("\n".join([*bare, "../outside.py,,", "demo/../../outside.py,,", "/etc/hostname,,", ""]))
    before = _package(FakeHost(path=[site]))["files"]
    _write(site.parent / "outside.py", "x = 1")
    (site / "demo/hashed.py").write_text("x = 2\n")  # integrity tells that
    assert _package(FakeHost(path=[site]))["files"] == before
    (site / changed).write_text("LR = 0.01\n")
    assert _package(FakeHost(path=[site]))["files"] != before


def test_a_record_with_every_digest_needs_no_other(site: Path) -> None:
    """What installers write for themselves, and byte code, has no digest in any RECORD."""
    install(site, "demo", "1.0", {"demo/__init__.py": "x = 1\n"}, compiled=True)
    assert "files" not in _package(FakeHost(path=[site]))


def test_an_archive_has_a_digest(site: Path) -> None:
    """A zipped egg is one file: its digest stands for the code in it, so that it is not unknown for ever."""
    egg = site / "demo-1.0-py3.11.egg"
    for text in ("LR = 0.1\n", "LR = 0.01\n"):
        with zipfile.ZipFile(egg, "w") as archive:
            archive.writestr("EGG-INFO/PKG-INFO", "Name: demo\nVersion: 1.0\n")
            archive.writestr("demo/__init__.py", text)
        host = FakeHost(path=[egg], site=[site])
        digest = "sha256:" + hashlib.sha256(egg.read_bytes()).hexdigest()
        assert _package(host)["files"] == digest
        assert facts(python, host)["known"]["archives"] == {"{site}/demo-1.0-py3.11.egg": digest}
        assert facts(integrity, host)["absent"] == ["demo"]


def test_a_working_copy_behind_an_egg_link_has_code(site: Path, tmp_path: Path) -> None:
    """What `setup.py develop` installs is a working copy, as an editable install is: its code has a digest."""
    project = tmp_path / "project"
    egg_info(project, "demo", "1.0")
    _write(project / "demo/__init__.py", "LR = 0.1\n")
    _write(site / "demo.egg-link", f"{project}\n.\n")
    before = _package(FakeHost(path=[site, project]))
    assert (before["origin"], "files" in before) == ("editable", False)
    _write(project / "demo/__init__.py", "LR = 0.01\n")
    assert _package(FakeHost(path=[site, project]))["code"] != before["code"]


def test_code_that_nobody_finds_is_unknown(site: Path) -> None:
    """A distribution without RECORD whose modules have other names is unknown, not absent."""
    egg_info(site, "demo", "1.0", top_level="elsewhere")
    assert "demo.files" in facts(packages, FakeHost(path=[site]))["unknown"]


@pytest.mark.parametrize("backend", ["editables", "mapping of files", "nothing that can be read"])
def test_every_editable_install_has_code(site: Path, tmp_path: Path, backend: str) -> None:
    """Its code and its data are seen by whatever finder points at the project; where none can be read, all of the project."""
    project = tmp_path / "project"
    _write(project / "src/demo/__init__.py", "")
    _write(project / "src/demo/core.py", "def f(): return 1\n")
    _write(project / "src/demo/table.json", "1")
    url = {"url": project.as_uri(), "dir_info": {"editable": True}}
    install(site, "demo", "1.0", {"demo_editable_loader.py": ""}, direct_url=url)

    def look() -> dict[str, Any]:
        host = FakeHost(path=[site])
        if backend != "nothing that can be read":
            host.interpreter.editable_modules = {
                "demo": str(project / "src/demo/__init__.py"),
                "demo.core": str(project / "src/demo/core.py"),
            }
        return _package(host)

    before = look()
    _write(project / "src/demo/core.py", "def f(): return 2\n")
    assert look()["code"] != before["code"]
    if backend != "nothing that can be read":
        _write(project / "src/demo/table.json", "2")
        assert look()["data"] != before["data"]


@pytest.mark.parametrize("built", ["beside the metadata", "in meson's folder"])
def test_what_was_built_of_a_working_copy_is_code(site: Path, tmp_path: Path, built: str) -> None:
    """scikit-build-core and maturin put extension modules into site-packages, meson-python leaves them where it built them."""
    project, build = tmp_path / "project", tmp_path / "build"
    _write(project / "demo/__init__.py", "")
    files = {"demo.pth": f"{project}\n"}
    if built == "beside the metadata":
        files["demo/core.so"] = "1"
    install(site, "demo", "1.0", files, direct_url={"url": project.as_uri(), "dir_info": {"editable": True}})
    module = site / "demo/core.so" if built == "beside the metadata" else build / "core.so"
    _write(module, "1")
    plan = {
        "targets": {
            str(module): {"destination": "{py_platlib}/demo/core.so"},
            str(build / "tool"): {"destination": "{bindir}/tool"},
        }
    }
    _write(build / "meson-info/intro-install_plan.json", json.dumps(plan))

    def look() -> object:
        host = FakeHost(path=[site, project])
        host.interpreter.build_folders = {} if built == "beside the metadata" else {"Demo": str(build)}
        return _package(host)["code"]

    before = look()
    _write(build / "tool", "no module")
    assert look() == before
    _write(module, "2")
    assert look() != before
    module.unlink()
    assert look() != before


@pytest.mark.parametrize("plan", ["", "[]", '{"targets": []}', '{"targets": {"x": 1}}', '{"targets": {"x": {}}}'])
def test_a_plan_that_makes_no_sense_is_no_crash(site: Path, tmp_path: Path, plan: str) -> None:
    """Whoever can write there may write anything."""
    _write(tmp_path / "project/demo.py", "")
    _write(tmp_path / "build/meson-info/intro-install_plan.json", plan)
    url = {"url": (tmp_path / "project").as_uri(), "dir_info": {"editable": True}}
    install(site, "demo", "1.0", {"demo.pth": ""}, direct_url=url)
    host = FakeHost(path=[site])
    host.interpreter.build_folders = {"demo": str(tmp_path / "build")}
    assert str(_package(host)["code"]).startswith("sha256:")


def test_what_a_finder_maps_is_read_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finders of editable installs tell their modules without being asked to import; any other finder is named."""

    class Redirecting:
        pass

    Redirecting._redirections = {"demo": "/projects/demo/__init__.py"}

    Redirecting.__module__ = "editables.redirector"

    class Hostile:
        pass

    monkeypatch.setattr(sys, "meta_path", [Redirecting, Hostile(), *sys.meta_path])
    found = Interpreter()
    assert found.editable_modules["demo"] == "/projects/demo/__init__.py"
    assert [name for name in found.finders if "Redirecting" in name or "Hostile" in name] == [
        f"{__name__}.{Hostile.__qualname__}"
    ]


HOOKS = {
    "builtins.__import__: sitecustomize.lie": "import builtins\ndef lie(*a, own=builtins.__import__, **k): return own(*a, **k)\nbuiltins.__import__ = lie",
    "importlib: PathFinder.find_spec": "import importlib.machinery as m\nown = m.PathFinder.find_spec\nm.PathFinder.find_spec = classmethod(lambda c, *a: own(*a))",
    "importlib: SourceLoader.get_code": "import importlib._bootstrap_external as m\nown = m.SourceLoader.get_code\nm.SourceLoader.get_code = lambda *a: own(*a)",
    "importlib: _find_and_load": "import importlib._bootstrap as m\nown = m._find_and_load\nm._find_and_load = lambda *a: own(*a)",
    "sitecustomize.lie": "import sys\ndef lie(path): raise ImportError\nsys.path_hooks.insert(0, lie)",
    "sitecustomize.Finder": "import sys\nclass Finder:\n    def find_spec(*a): return None\nsys.meta_path.insert(0, Finder())",
    "sys.modules: _io": "import sys\nsys.modules['_io'].__file__ = '/tmp/other'",
    "sys.modules: atexit": "import sys, types\nsys.modules['atexit'] = types.SimpleNamespace()",
}


@pytest.mark.parametrize("name", HOOKS)
def test_whatever_takes_the_place_of_imports_own_is_named(tmp_path: Path, name: str) -> None:
    """A start may put a finder in front, and just as well replace a function of Python's own, or a module inside of it."""
    (tmp_path / "sitecustomize.py").write_text(HOOKS[name] + "\n")
    done = send(sys.executable, sections=["python"], env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)})
    assert name in answer(done)["sections"]["python"]["known"]["finders"]


def test_a_link_out_of_the_environment_is_followed(site: Path, tmp_path: Path) -> None:
    """uv's symlink mode keeps the files in its cache: the same ones are ok, changed code is modified with its digest."""
    install(site, "demo", "1.0", {"demo/__init__.py": "x = 1\n"})
    cache = tmp_path / "cache.py"
    (site / "demo/__init__.py").rename(cache)
    (site / "demo/__init__.py").symlink_to(cache)
    host = FakeHost(path=[site], prefix=tmp_path / "prefix")
    assert _integrity(host) == {"demo": "ok"}
    cache.write_text("x = 2\n")
    digest = hashlib.sha256(b"x = 2\n").hexdigest()
    assert _integrity(host) == {"demo": {"modified": {"demo/__init__.py": f"sha256:{digest}"}}}


@pytest.mark.parametrize(
    ("added", "is_first"),
    [
        ("demo/core.so", True),
        ("demo/core.cpython-311-x86_64-linux-gnu.so", True),
        ("demo/core/__init__.py", True),
        ("demo/__init__.cpython-311-x86_64-linux-gnu.so", True),
        ("demo/__init__.pyc", False),
        ("demo/__init__.pyi", False),
        ("demo/core.pyc", False),
        ("demo/native.py", False),
        ("demo/more.py", False),
        ("demo/core.json", False),
        ("demo/.nfs0001", False),
    ],
)
def test_what_import_takes_in_front_of_a_listed_module(site: Path, added: str, is_first: bool) -> None:
    """An extension beside a source, or a package beside either, is what import takes: the package is not what was released."""
    install(site, "demo", "1.0", {"demo/__init__.py": "", "demo/core.py": "", "demo/native.so": ""})
    _write(site / added, "")
    assert _integrity(FakeHost(path=[site])) == {"demo": {"overridden": [added]} if is_first else "ok"}


def test_a_python_without_readv_hashes_too(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyPy has no os.readv: files are read all the same."""
    install(site, "demo", "1.0", {"demo.so": "x" * 3_000_000})
    monkeypatch.setattr(regular, "readv", regular._read_into)
    assert _integrity(FakeHost(path=[site])) == {"demo": "ok"}


def test_dpkg_is_believed_of_its_own_packages(tmp_path: Path) -> None:
    """Debian's RECORD tells what was built, not what was packaged: dpkg's digests decide, and a change is still seen."""
    site = Path("/usr/lib/python3/dist-packages")

    class Debian(FakeHost):
        def locate(self, path: str) -> str:
            return str(tmp_path) + path if path.startswith("/var/lib/dpkg") else path

    from probes import dpkg
    from probes.installed import Subject
    from probes.record import rows

    content = hashlib.md5(b"x = 1\n").hexdigest()
    _write(tmp_path / "var/lib/dpkg/info/python3-demo.md5sums", f"{content}  {str(site)[1:]}/demo/__init__.py\n")
    sums = dpkg.sums(Debian())
    assert sums == {f"{site}/demo/__init__.py".encode(): content.encode()}
    listed = b"demo/__init__.py,sha256=AAAA,1\ndemo/licence.txt,sha256=BBBB,1\n"

    class Copy:
        name, folder = "demo", "demo-1.0.dist-info"
        entry = type("Entry", (), {"path": str(site)})
        record = type("Record", (), {"data": listed})

    (found,) = Subject(Copy, sums).rows
    assert (found[0], found[1]) == (b"demo/__init__.py", b"md5")
    assert len(rows(listed)) == 2


def test_a_dash_in_the_folder_s_name_is_no_version(site: Path) -> None:
    """Some installers keep the dashes of a name: the version begins behind the name that METADATA says."""
    info = install(site, "acme-model", "1.0", {"acme_model.py": ""})
    info.rename(site / "acme-model-1.0.dist-info")
    assert "broken" not in _package(FakeHost(path=[site]), "acme-model")


def test_what_the_loader_puts_into_every_process(tmp_path: Path) -> None:
    """/etc/ld.so.preload does what LD_PRELOAD does: its libraries are recorded with what they are."""
    _write(tmp_path / "etc/ld.so.conf", "/opt/own\n")
    assert facts(system, FakeHost(tmp_path))["known"]["ld_so_conf"] == ["/opt/own"]
    assert "ld_so_preload" in facts(system, FakeHost(tmp_path))["absent"]
    _write(tmp_path / "opt/fast.so", "code")
    _write(tmp_path / "etc/ld.so.preload", "/opt/fast.so\n")
    digest = "sha256:" + hashlib.sha256(b"code").hexdigest()
    assert facts(system, FakeHost(tmp_path))["known"]["ld_so_preload"] == [["/opt/fast.so", digest]]
