"""Options of `docker run` in the Engine's create document."""

from __future__ import annotations

from envprobe.targets.host_config import with_options

CONFIG = {
    "User": "65534",
    "Env": ["A=1", "B=x=y", "GONE"],
    "HostConfig": {
        "CpusetCpus": "0",
        "Binds": ["/here:/there:ro", "cache:/cache"],
        "CapAdd": ["CAP_SYS_PTRACE"],
        "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}],
        "Tmpfs": {"/scratch": "size=1m"},
    },
}


def test_what_nobody_changes_stays() -> None:
    """A variable that is named without a value still takes the image's away."""
    assert with_options(CONFIG, {}) == CONFIG


def test_options_are_left_out() -> None:
    """A variable of the image is named without a value; a mount goes with its place, a limit with its name."""
    left: list[tuple[str, str]] = [("--env", "A"), ("--cpuset-cpus", ""), ("--volume", "/there"), ("--tmpfs", "/scratch")]
    left += [("--cap-add", "SYS_PTRACE"), ("--ulimit", "nofile"), ("--user", ""), ("--read-only", "")]
    found = with_options(CONFIG, dict.fromkeys(left))
    assert found["Env"] == ["A", "B=x=y", "GONE"] and found["User"] == ""
    host = found["HostConfig"]
    assert (host["CpusetCpus"], host["Binds"], host["Tmpfs"]) == ("", ["cache:/cache"], {})
    assert (host["CapAdd"], host["Ulimits"], host["ReadonlyRootfs"]) == ([], [], False)


def test_options_are_given() -> None:
    """Numbers are numbers, a flag has no word, a limit replaces its own."""
    found = with_options(
        CONFIG,
        {
            ("--env", "C"): ["C=a=b"],
            ("--memory", ""): ["512"],
            ("--cpus", ""): ["1.5"],
            ("--init", ""): [],
            ("--ulimit", "nofile"): ["nofile=-1"],
            ("--volume", "/data"): ["data:/data:ro"],
            ("--cap-drop", "NET_RAW"): ["NET_RAW"],
        },
    )
    host = found["HostConfig"]
    assert found["Env"][-1] == "C=a=b"
    assert (host["Memory"], host["NanoCpus"], host["Init"], host["CapDrop"]) == (512, 1_500_000_000, True, ["NET_RAW"])
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": -1, "Hard": -1}]
    assert host["Binds"][-1] == "data:/data:ro"
