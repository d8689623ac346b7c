"""The CPU quota: of the process's own control group, of both versions, from inside and outside a container."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.cgroup import quota, read_cgroups, read_mounts, spell

from .machine import Machine, sample

V2 = "30 24 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n"


def machine(root: Path, cgroup: str, mountinfo: str, files: dict[str, str]) -> Machine:
    return Machine(root, {"/proc/self/cgroup": cgroup, "/proc/self/mountinfo": mountinfo, **files})


def test_trap_32_quota_in_docker_on_v1(tmp_path: Path) -> None:
    """Captured from `docker run --cpus 1.5`: the group's path is the host's, and the mount shows that group as its root."""
    host = machine(
        tmp_path,
        sample("cgroup-docker-v1.txt"),
        sample("mountinfo-docker-v1.txt"),
        {"/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"},
    )
    assert quota(host) == "1.5"


def test_trap_11_quota_in_a_container_on_v2(tmp_path: Path) -> None:
    """With cgroup v2 the path is `0::/`: nothing in it says docker, and the quota is in cpu.max."""
    assert quota(machine(tmp_path, "0::/\n", V2, {"/sys/fs/cgroup/cpu.max": "50000 100000\n"})) == "0.5"


def test_the_tightest_of_nested_groups_counts(tmp_path: Path) -> None:
    """A group without a limit inside a limited one is limited."""
    host = machine(
        tmp_path,
        "0::/user.slice/job\n",
        V2,
        {"/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n", "/sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n"},
    )
    assert quota(host) == "2"


def test_a_path_of_another_namespace_stays_inside_the_mount(tmp_path: Path) -> None:
    """`docker exec` into another cgroup namespace may show `/../..`, which must not be followed."""
    assert quota(machine(tmp_path, "0::/../../other\n", V2, {"/sys/fs/cgroup/cpu.max": "100000 100000\n"})) == "1"


def test_no_limit_is_a_word(tmp_path: Path) -> None:
    """Unlimited is known, and another thing than not knowing."""
    assert quota(machine(tmp_path, "0::/\n", V2, {"/sys/fs/cgroup/cpu.max": "max 100000\n"})) == "unlimited"
    assert quota(machine(tmp_path, "0::/\n", V2, {})) == "unlimited"


def test_no_control_group_file_system_is_unknown(tmp_path: Path) -> None:
    """A chroot without /sys cannot tell; it must not read as unlimited."""
    with pytest.raises(LookupError, match="mounted"):
        quota(machine(tmp_path, "0::/\n", "21 1 0:5 / /proc rw - proc proc rw\n", {}))


def test_a_mount_point_with_a_space_is_unescaped() -> None:
    """mountinfo writes a space as an octal escape."""
    assert read_mounts("30 24 0:26 / /mnt/a\\040b rw - cgroup2 cgroup rw\n") == [(2, "/", "/mnt/a b")]


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    """Foreign kernels write foreign lines."""
    read_cgroups(text)
    read_mounts(text)


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=1000, max_value=10**6))
def test_the_spelling_is_a_plain_decimal(quota_us: int, period_us: int) -> None:
    """One number has one spelling, without an exponent or trailing zeros."""
    text = spell(quota_us / period_us)
    assert abs(float(text) - quota_us / period_us) <= 0.00005 + 1e-9
    assert "e" not in text and not (("." in text) and text.endswith(("0", ".")))
