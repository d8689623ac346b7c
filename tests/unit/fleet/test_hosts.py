"""Lists of hosts as people have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.document import LIMIT_BYTES
from envprobe.error import DocumentError, UsageError
from envprobe.fleet.hosts import read_hosts


def _places(hosts: str) -> list[tuple[str, str]]:
    return [(host.name, host.place) for host in read_hosts(hosts)]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("a,b, a", ["a", "b"]),
        ("n[1-3]", ["n1", "n2", "n3"]),
        ("n[08-10]", ["n08", "n09", "n10"]),
        ("r[1-2]c[1-2]", ["r1c1", "r1c2", "r2c1", "r2c2"]),
        ("me@h:22/usr/bin/python3", ["me@h:22/usr/bin/python3"]),
        ("[::1]:2222", ["[::1]:2222"]),
    ],
)
def test_hosts_in_words(words: str, names: list[str]) -> None:
    """Commas, ranges with and without leading zeros, ports, interpreters and IPv6; each once."""
    assert [host.name for host in read_hosts(words)] == names


def test_a_comma_inside_of_a_range_belongs_to_it() -> None:
    """`n[1,3-4]` is three hosts."""
    assert [host.name for host in read_hosts("n[1,3-4],m")] == ["n1", "n3", "n4", "m"]


def test_a_plain_list(tmp_path: Path) -> None:
    """A host a line, with comments and empty lines."""
    (tmp_path / "hosts").write_text("# ours\nme@a:2222\n\nb # spare\nn[1-2]\n")
    assert _places(str(tmp_path / "hosts")) == [("me@a:2222", "me@a:2222"), ("b", "b"), ("n1", "n1"), ("n2", "n2")]


def test_an_openssh_config(tmp_path: Path) -> None:
    """Its names, patterns left out; ssh is given the file itself."""
    (tmp_path / "config").write_text("Host alpha beta\n  Port 2222\nHost *\n  User me\nhost=gamma\nHost lab-? !x\n")
    hosts = read_hosts(str(tmp_path / "config"))
    assert [host.name for host in hosts] == ["alpha", "beta", "gamma"]
    assert {host.config for host in hosts} == {str(tmp_path / "config")}


def test_an_ansible_inventory_in_ini(tmp_path: Path) -> None:
    """Hosts of all groups with their own variables; variables and children of groups are no hosts."""
    (tmp_path / "inventory.ini").write_text(
        "lone ansible_host=10.0.0.1\n[gpu]\ng[1-2] ansible_port=2222 ansible_user=me\n"
        "[gpu:vars]\nansible_user=x\n[all:children]\ngpu\n[cpu]\nc1 ansible_python_interpreter=/opt/py/bin/python3\n"
        "c2 ansible_python_interpreter=auto\n"
    )
    assert _places(str(tmp_path / "inventory.ini")) == [
        ("lone", "10.0.0.1"),
        ("g1", "me@g1:2222"),
        ("g2", "me@g2:2222"),
        ("c1", "c1/opt/py/bin/python3"),
        ("c2", "c2"),
    ]


def test_an_ansible_inventory_in_yaml(tmp_path: Path) -> None:
    """Groups within groups; a host without variables is null."""
    (tmp_path / "inventory.yml").write_text(
        "all:\n  hosts:\n    a:\n  children:\n    gpu:\n      hosts:\n        g[1-2]:\n          ansible_user: me\n      vars: {hosts: {no: }}\n"
    )
    assert _places(str(tmp_path / "inventory.yml")) == [("a", "a"), ("g1", "me@g1"), ("g2", "me@g2")]


@pytest.mark.parametrize("word", ["-oProxyCommand=id", "a b", "h:port"])
def test_what_is_no_host_is_unreachable(word: str) -> None:
    """A word that ssh would read as an option never reaches it, and stands in the report with the reason."""
    (host,) = read_hosts(word)
    assert "not a host" in host.fault


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"# nobody\n"])
def test_a_file_without_hosts_is_refused(tmp_path: Path, data: bytes) -> None:
    """It names the file."""
    (tmp_path / "hosts.txt").write_bytes(data)
    with pytest.raises((UsageError, DocumentError), match=r"hosts\.txt"):
        read_hosts(str(tmp_path / "hosts.txt"))


@pytest.mark.parametrize("words", ["n[1-999999]m[1-999999]", "n[1-100001]", "n[1-100000],one-more"])
def test_more_hosts_than_are_asked_are_refused(words: str) -> None:
    """A slip of the finger costs neither memory nor an hour, and nobody is left out of a fleet silently."""
    with pytest.raises(UsageError, match="more than 100,000 hosts"):
        read_hosts(words)


def test_as_many_hosts_as_are_asked(tmp_path: Path) -> None:
    """However often each is listed."""
    (tmp_path / "hosts").write_text("n[1-1000]\n" * 150)
    assert len(read_hosts(str(tmp_path / "hosts"))) == 1000
    assert len(read_hosts("n[1-100000]")) == 100_000


def test_a_list_that_is_too_large_is_refused_whole(tmp_path: Path) -> None:
    """The hosts behind the limit are not dropped."""
    (tmp_path / "hosts.txt").write_bytes(b"a\n#" + b"." * LIMIT_BYTES)
    with pytest.raises(UsageError, match=r"hosts\.txt: more than"):
        read_hosts(str(tmp_path / "hosts.txt"))


def test_a_range_that_runs_backwards_is_reported() -> None:
    """It is no empty range: somebody meant hosts by it."""
    assert [bool(host.fault) for host in read_hosts("n[8-1],m")] == [True, False]


def test_an_inventory_that_lists_no_map_is_refused(tmp_path: Path) -> None:
    """Hosts as a list are none of Ansible's, and not passed over."""
    (tmp_path / "i.yml").write_text("all:\n  hosts: {a: }\n  children:\n    gpu:\n      hosts: [b, c]\n")
    with pytest.raises(DocumentError, match=r"i\.yml: hosts: no map"):
        read_hosts(str(tmp_path / "i.yml"))


def test_aliases_of_yaml_are_walked_once(tmp_path: Path) -> None:
    """Groups of groups of groups, each named twice, would else take for ever."""
    levels = [f"g{level}: &g{level} {{a: *g{level - 1}, b: *g{level - 1}}}\n" for level in range(1, 25)]
    (tmp_path / "i.yml").write_text("g0: &g0 {hosts: {n: }}\n" + "".join(levels))
    assert _places(str(tmp_path / "i.yml")) == [("n", "n")]
