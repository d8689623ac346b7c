"""A script as its commands."""

from __future__ import annotations

import pytest

from envprobe.audit.docker_run import launch_of, volume
from envprobe.audit.fish import as_bash
from envprobe.audit.shell import read_shell


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("sudo -u me env A=1 pip install x", [["pip", "install", "x"]]),
        ("python3.9 -m pip install x", [["pip", "install", "x"]]),
        ('bash -c "curl x; rm y"', [["bash", "-c", "curl x; rm y"], ["curl", "x"], ["rm", "y"]]),
        ('A=(-p 1 # no\n  -q); A+=(-r); run "${A[@]}"', [["run", "-p", "1", "-q", "-r"]]),
        ("docker exec -it -u 0 tf jupyter lab", [["jupyter", "lab"]]),
        ("ssh -p 22 me@there 'rm x; ls'", [["ssh", "-p", "22", "me@there", "rm x; ls"], ["rm", "x"], ["ls"]]),
        ("screen -dmS nb docker ps", [["docker", "ps"]]),
        ("timeout -k 5 60 docker ps", [["docker", "ps"]]),
        ("taskset -c 0,1 flock -w 9 lock docker ps", [["docker", "ps"]]),
        ("O='-a -b'; O+=' -c'; run $O", [["run", "-a", "-b", "-c"]]),
        ("O='-a -b'; run $O \"$O\"", [["run", "-a", "-b", "-a -b"]]),
        ("cat <<EOF\nrun me\nEOF\n# run me\n: 'run me'", [["cat"], [":", "run me"]]),
        ("if x; then y; fi; for i in 1; do z; done", [["x"], ["y"], ["z"]]),
        ("echo $(inner a) `other b`", [["echo", "$(inner a)", "`other b`"], ["inner", "a"], ["other", "b"]]),
        ("run ${T:-2.9}-gpu a\\ b \\\n  c", [["run", "2.9-gpu", "a b", "c"]]),
    ],
)
def test_a_command_is_what_a_shell_would_start(script: str, expected: list[list[str]]) -> None:
    """Wrappers, inner scripts, arrays and variables are looked through; text is left alone."""
    assert [command.argv for command in read_shell(script).commands] == expected


def test_what_is_written_into_a_file_is_known() -> None:
    """By a heredoc, an echo, or a tee at the end of a pipe, with the line of the text."""
    script = (
        "echo 'a' > /one\ncat > /two <<EOF\nb\nEOF\ncat <<EOF | sudo tee /three\nc\nEOF\nprintf 'd\\n' | tee -a /four\n"
        "printf '%s=%s\\n' e f g h > /five\nsudo tee <<EOF -a /six >/dev/null\ni\nEOF\n"
    )
    assert [(text.path, text.text.strip(), text.line) for text in read_shell(script).texts] == [
        ("/one", "a", 1),
        ("/two", "b", 3),
        ("/three", "c", 6),
        ("/four", "d", 8),
        ("/five", "e=f\ng=h", 9),
        ("/six", "i", 11),
    ]


def test_a_script_of_fish_is_read_in_the_words_of_bash() -> None:
    """Its lists, blocks and `(…)` are looked through, line for line; a comment and a string stay what they are."""
    script = (
        "set -l img a:1 # run (x)\nset args -u (id -u) \\\n    -v $PWD:/w\nfunction go --description 'docker run'\n"
        "    if test -d w; and docker info\n        docker run $args $img\n    else if not docker ps\n"
        '        echo "(docker run b)"\n    end\nend\nset -e args\ndocker run $argv\n'
    )
    assert as_bash(script).count("\n") == script.count("\n")
    found = [(command.line, command.argv) for command in read_shell(as_bash(script)).commands if command.name == "docker"]
    assert found == [
        (5, ["docker", "info"]),
        (6, ["docker", "run", "-u", "$(id -u)", "-v", "$PWD:/w", "a:1"]),
        (7, ["docker", "ps"]),
        (12, ["docker", "run", "$@"]),
    ]


def test_a_run_line_is_read_as_docker_reads_it() -> None:
    """Bundled short options, values in the same word or the next, and what stands behind the image."""
    (command,) = read_shell("docker --context lab run -itp 127.0.0.1:80:8888 -vw:/w --gpus=all -e A=b img cmd -p 9").commands
    launch = launch_of(command)
    assert launch is not None and launch.image is not None
    assert (launch.image.value, [word.text for word in launch.command]) == ("img", ["cmd", "-p", "9"])
    assert [(port.address, port.host, port.container) for port in launch.ports] == [("127.0.0.1", "80", "8888")]
    assert [(mount.kind, mount.source, mount.target) for mount in launch.mounts] == [("volume", "w", "/w")]
    assert launch.environment["A"].value == "b"


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("C:\\data:/data", "C:\\data", "/data"),
        ("$(pwd):/w:ro", "$(pwd)", "/w"),
        ("${A:-/b}:/w", "${A:-/b}", "/w"),
        ("/only", "", "/only"),
    ],
)
def test_a_volume_is_split_where_docker_splits_it(text: str, source: str, target: str) -> None:
    """Drives and expressions keep their colons."""
    mount = volume(text, 1)
    assert (mount.source, mount.target) == (source, target)
