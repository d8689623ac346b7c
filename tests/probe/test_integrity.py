"""Installed files against RECORD, files that no RECORD lists, and the standard library."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from probes.collectors.integrity import SHOWN, collect
from probes.fact import Section
from tests.probe.fake import FakeHost, facts
from tests.probe.installation import egg_info, install, row

DEMO = {"demo/__init__.py": "x = 1\n", "demo/native.so": "\x7fELF", "demo/data/table.csv": "1,2\n"}


def sections(host: FakeHost) -> dict[str, dict]:  # type: ignore[type-arg]
    """Return the known facts of the three sections."""
    own = Section()
    more = collect(host, own, {"integrity": True})["sections"]
    return {"integrity": own.as_json()["known"], **{name: section.as_json()["known"] for name, section in more.items()}}


def test_an_untouched_installation_is_ok(site: Path) -> None:
    """Nothing is said about files that are as RECORD says, and nothing about bytecode that was made of them."""
    install(site, "demo", "1.0", DEMO, compiled=True)
    found = sections(FakeHost(path=[site]))
    assert found["integrity"] == {"demo": "ok"}
    assert found["unlisted"] == {}


def test_a_patched_line_and_a_patched_library_are_named(site: Path) -> None:
    """The file and its digest are told, so that two machines with the same patch are equal."""
    install(site, "demo", "1.0", DEMO)
    (site / "demo/__init__.py").write_text("x = 2\n")
    (site / "demo/native.so").write_text("\x7fELG")
    modified = sections(FakeHost(path=[site]))["integrity"]["demo"]["modified"]
    assert set(modified) == {"demo/__init__.py", "demo/native.so"}
    assert modified["demo/__init__.py"] == "sha256:" + hashlib.sha256(b"x = 2\n").hexdigest()


def test_a_missing_file_is_named(site: Path) -> None:
    """A half-removed package lacks files that RECORD lists."""
    install(site, "demo", "1.0", DEMO)
    (site / "demo/data/table.csv").unlink()
    assert sections(FakeHost(path=[site]))["integrity"]["demo"] == {"missing": ["demo/data/table.csv"]}


def test_what_installers_rewrite_is_no_finding(site: Path, tmp_path: Path) -> None:
    """Trap 20: script shebangs, RECORD's own line, INSTALLER and direct_url.json never match what the wheel said."""
    info = install(site, "demo", "1.0", DEMO, direct_url={"url": "https://example.org/demo.whl", "archive_info": {}})
    script = tmp_path / "prefix" / "bin" / "demo"
    script.parent.mkdir()
    script.write_text("#!/somewhere/python\n")
    listed = (info / "RECORD").read_text()
    own = "".join(f"{info.name}/{name},sha256=AAAA,1\n" for name in ("INSTALLER", "direct_url.json", "REQUESTED", "RECORD"))
    (info / "RECORD").write_text(listed + own + "../../../bin/demo,sha256=AAAA,1\n")
    assert sections(FakeHost(path=[site], prefix=tmp_path / "prefix"))["integrity"] == {"demo": "ok"}


def test_a_missing_script_is_a_finding(site: Path, tmp_path: Path) -> None:
    """A script's content is not compared, but it has to be there."""
    info = install(site, "demo", "1.0", DEMO)
    (info / "RECORD").write_text((info / "RECORD").read_text() + "../../../bin/demo,sha256=AAAA,1\n")
    found = sections(FakeHost(path=[site], prefix=tmp_path / "prefix"))["integrity"]["demo"]
    assert found == {"missing": ["../../../bin/demo"]}


def test_data_outside_site_packages_is_checked(site: Path, tmp_path: Path) -> None:
    """A wheel may bring files for share/ and etc/ of the installation."""
    info = install(site, "demo", "1.0", DEMO)
    shared = tmp_path / "prefix" / "share" / "demo.conf"
    shared.parent.mkdir()
    shared.write_text("x")
    line = row(site, "../../../share/demo.conf")
    (info / "RECORD").write_text((info / "RECORD").read_text() + line + "\n")
    host = FakeHost(path=[site], prefix=tmp_path / "prefix")
    assert sections(host)["integrity"] == {"demo": "ok"}
    shared.write_text("y")
    assert set(sections(host)["integrity"]["demo"]["modified"]) == {"../../../share/demo.conf"}


def test_other_digests_than_sha256_are_verified(site: Path) -> None:
    """PEP 376 lets RECORD name any algorithm of hashlib."""
    info = install(site, "demo", "1.0", DEMO)
    digest = base64.urlsafe_b64encode(hashlib.sha512(b"x = 1\n").digest()).decode("ascii").rstrip("=")
    lines = [
        f"demo/__init__.py,sha512={digest},6" if line.startswith("demo/__init__") else line
        for line in (info / "RECORD").read_text().splitlines()
    ]
    (info / "RECORD").write_text("\n".join(lines))
    assert sections(FakeHost(path=[site]))["integrity"] == {"demo": "ok"}


def test_an_algorithm_that_nobody_knows_is_unknown(site: Path) -> None:
    """What cannot be verified is not said to be fine."""
    info = install(site, "demo", "1.0", {"demo.py": ""})
    (info / "RECORD").write_text("demo.py,crc7=AAAA,0\n")
    assert "crc7" in facts(collect, FakeHost(path=[site]))["unknown"]["demo"]


def test_without_record_integrity_is_absent(site: Path) -> None:
    """Trap 20: apt's packages have no RECORD; there is nothing to compare with."""
    egg_info(site, "crcmod", "1.7")
    assert facts(collect, FakeHost(path=[site]))["absent"] == ["crcmod"]


def test_the_record_of_an_editable_install_proves_nothing(site: Path, tmp_path: Path) -> None:
    """Its RECORD lists a .pth file and no code, so integrity is absent rather than fine."""
    install(
        site, "mine", "1.0", {"mine.pth": str(tmp_path)}, direct_url={"url": tmp_path.as_uri(), "dir_info": {"editable": True}}
    )
    assert facts(collect, FakeHost(path=[site]))["absent"] == ["mine"]


def test_a_path_with_a_comma_and_a_newline_is_found(site: Path) -> None:
    """RECORD is CSV: odd names are quoted."""
    info = install(site, "demo", "1.0", DEMO)
    for name in ("a,b.txt", 'quo"te.txt', "new\nline.txt"):
        (site / "demo" / name).write_text("x")
        quoted = '"demo/{}"'.format(name.replace('"', '""'))
        digest_and_size = row(site, f"demo/{name}").rsplit(",", 2)[1:]
        with (info / "RECORD").open("a") as record:
            record.write(",".join([quoted, *digest_and_size]) + "\n")
    found = sections(FakeHost(path=[site]))
    assert found["integrity"] == {"demo": "ok"}
    assert found["unlisted"] == {}


def test_a_file_that_no_record_lists_is_named(site: Path) -> None:
    """Files put into a package by hand are imported or read like its own."""
    install(site, "demo", "1.0", DEMO, compiled=True)
    (site / "demo/patch.py").write_text("x = 1\n")
    (site / "demo/new").mkdir()
    (site / "demo/new/late.so").write_text("")
    (site / "demo/legacy.pyc").write_text("")
    (site / "demo/__pycache__/orphan.cpython-39.pyc").write_text("")
    assert set(sections(FakeHost(path=[site]))["unlisted"]["demo"]) == {"demo/legacy.pyc", "demo/new/late.so", "demo/patch.py"}


def test_plugins_that_no_record_lists_are_named(site: Path) -> None:
    """entry_points.txt says what pytest, torch or jax import: put beside the metadata by hand it is nobody's."""
    install(site, "demo", "1.0", {"demo/__init__.py": ""})
    (site / "demo-1.0.dist-info/entry_points.txt").write_text("[pytest11]\nx = os\n")
    assert set(sections(FakeHost(path=[site]))["unlisted"]["demo"]) == {"demo-1.0.dist-info/entry_points.txt"}
    listed = site.parent / "listed"
    install(listed, "demo", "1.0", {"demo/__init__.py": "", "demo-1.0.dist-info/entry_points.txt": "[pytest11]\nx = os\n"})
    assert sections(FakeHost(path=[listed]))["unlisted"] == {}


def test_an_unlisted_file_in_a_shared_namespace_has_one_owner(site: Path) -> None:
    """Two distributions share `google`; what lies below one of them is its own."""
    install(site, "google-auth", "1.0", {"google/auth/__init__.py": ""})
    install(site, "protobuf", "3.0", {"google/protobuf/__init__.py": ""})
    (site / "google/auth/x.py").write_text("")
    (site / "google/protobuf/y.py").write_text("")
    (site / "google/z.py").write_text("")
    unlisted = sections(FakeHost(path=[site]))["unlisted"]
    assert {name: set(files) for name, files in unlisted.items()} == {
        "google-auth": {"google/auth/x.py", "google/z.py"},
        "protobuf": {"google/protobuf/y.py"},
    }


def test_a_folder_that_a_package_without_record_shares_is_left_alone(site: Path) -> None:
    """Nobody can say which files are unlisted where one of two owners has no list."""
    install(site, "lazr-uri", "1.0", {"lazr/uri/__init__.py": ""})
    egg_info(site, "lazr.restfulclient", "0.14", "lazr")
    (site / "lazr/restfulclient.py").write_text("")
    assert sections(FakeHost(path=[site]))["unlisted"] == {}


def test_two_distributions_with_one_file_show_whose_it_is_not(site: Path) -> None:
    """tensorflow-cpu installed over tensorflow: the files are the last one's, and the first one is modified."""
    install(site, "tensorflow", "2.9.0", {"tensorflow/__init__.py": "gpu\n"})
    install(site, "tensorflow-cpu", "2.9.0", {"tensorflow/__init__.py": "cpu\n"})
    integrity = sections(FakeHost(path=[site]))["integrity"]
    assert set(integrity["tensorflow"]["modified"]) == {"tensorflow/__init__.py"}
    assert integrity["tensorflow-cpu"] == "ok"


def test_only_the_copy_that_counts_is_verified(site: Path, front: Path) -> None:
    """A shadowed copy's files are never imported."""
    install(front, version="1.15.0")
    install(site, version="1.16.0")
    (site / "six.py").write_text("patched")
    assert sections(FakeHost(path=[front, site]))["integrity"] == {"six": "ok"}


def test_thousands_of_changed_files_are_bounded(site: Path) -> None:
    """A tree that was replaced gives one fact of bounded size that still moves with every file."""
    files = {f"demo/m{number:04}.py": "" for number in range(SHOWN + 20)}
    install(site, "demo", "1.0", files)
    for name in files:
        (site / name).write_text("patched\n")
    before = sections(FakeHost(path=[site]))["integrity"]["demo"]["modified"]
    (site / f"demo/m{SHOWN + 19:04}.py").write_text("patched again\n")
    after = sections(FakeHost(path=[site]))["integrity"]["demo"]["modified"]
    assert len(before) == SHOWN + 1
    assert before != after


def test_a_file_that_cannot_be_read_is_unknown(site: Path) -> None:
    """A FIFO or a folder in the place of a file is neither fine nor read."""
    install(site, "demo", "1.0", DEMO)
    (site / "demo/native.so").unlink()
    os.mkfifo(site / "demo/native.so")
    assert "not a regular file" in facts(collect, FakeHost(path=[site]))["unknown"]["demo"]


def test_left_out_on_request_is_said(site: Path) -> None:
    """Trap 38: not looked is not absent."""
    install(site)
    answer = collect(FakeHost(path=[site]), Section(), {"integrity": False})
    assert answer == {"skipped": dict.fromkeys(("integrity.*", "unlisted.*", "stdlib.*"), "left out by --no-integrity")}


def test_a_patched_standard_library_is_named_by_its_module(tmp_path: Path) -> None:
    """random.py is part of the environment too; tests and caches are not."""
    stdlib = tmp_path / "python3.9"
    own = ("random.py", "json/__init__.py", "lib-dynload/_ssl.cpython-39.so")
    for name in (*own, "test/test_x.py", "json/tests/x.py", "site-packages/six.py"):
        (stdlib / name).parent.mkdir(parents=True, exist_ok=True)
        (stdlib / name).write_text("x = 1\n")
    before = sections(FakeHost(stdlib=stdlib))["stdlib"]
    (stdlib / "random.py").write_text("x = 2\n")
    (stdlib / "json/tests/x.py").write_text("x = 2\n")
    after = sections(FakeHost(stdlib=stdlib))["stdlib"]
    assert set(before) == {"random", "json", "_ssl", "interpreter"}
    assert {name for name in before if before[name] != after[name]} == {"random"}
