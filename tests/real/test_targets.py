"""`docker://` and `image://` on a real engine."""

from __future__ import annotations

import os
import secrets

import docker as docker_library
import pytest

from envprobe.fact import Known
from envprobe.probing.collect import TAKEN, Options, collect
from envprobe.targets.container_change import read_changes, summary
from envprobe.targets.image import LABEL
from envprobe.targets.layer import read_layer
from envprobe.targets.opening import open_target
from tests.real.guest import QUICK, container, docker
from tests.support.engine import tiny_image

pytestmark = pytest.mark.real

HASHING = Options(benchmark="off", timeout_s=120)


@pytest.fixture(scope="module")
def image() -> str:
    return tiny_image()


def test_a_container_is_what_its_image_is(image):
    """A fresh container equals its image, fact by fact, so that a baseline from `image://` holds for `docker://`."""
    expected = collect(f"image://{image}", HASHING)
    with container(image) as name:
        observed = collect(f"docker://{name}", HASHING)
    assert observed.sections == expected.sections
    assert observed.id == expected.id


def test_two_containers_started_alike_are_equal(image):
    """Names, anonymous volumes, ports that the engine chose and the like make no difference."""
    options = ("-v", "/data", "-P", "--expose", "8888", "--memory", "512m", "--cpus", "1.5", "--init", "--tmpfs", "/scratch")
    with container(image, *options) as one, container(image, *options) as other:
        first, second = collect(f"docker://{one}", QUICK), collect(f"docker://{other}", QUICK)
    assert first.sections == second.sections
    assert first.get("container.limits.memory_bytes") == Known(512 << 20)
    assert first.get("container.ports") == Known(["8888/tcp"])


def test_the_settings_of_docker_run_are_seen(image, tmp_path):
    """Each option of `docker run` that can change a result is a fact, and the machine's own paths are not in it."""
    volume = f"envprobe-test-{secrets.token_hex(4)}"
    options = [
        *("--network", "none", "--user", "65534:65534", "--read-only", "--cpuset-cpus", "0", "--pids-limit", "200"),
        *("--shm-size", "128m", "--ulimit", "nofile=2048:4096", "--cap-drop", "ALL", "--cap-add", "SYS_NICE"),
        *("--security-opt", "no-new-privileges", "-v", f"{tmp_path}:/work:ro", "-v", f"{volume}:/models"),
    ]
    try:
        with container(image, *options) as name:
            section = collect(f"docker://{name}", QUICK).sections["container"]
    finally:
        docker("volume", "rm", volume)
    assert section.known == {
        "user": "65534:65534",
        "network_mode": "none",
        "read_only": True,
        "limits.cpuset": "0",
        "limits.pids": 200,
        "limits.shm_bytes": 128 << 20,
        "limits.ulimits.nofile": "2048:4096",
        "cap_drop": ["ALL"],
        "cap_add": ["SYS_NICE"],
        "security_opt": ["no-new-privileges"],
        "mounts": [
            {"destination": "/models", "mode": "rw", "type": "volume", "name": volume},
            {"destination": "/work", "mode": "ro", "type": "bind"},
        ],
    }


CHANGES = """
cd /usr/lib/python3.9
echo '# patched' >> abc.py; rm -f LICENSE.txt; rm -rf xmlrpc; mkdir xmlrpc; echo 1 > xmlrpc/new.py
mkdir -p /usr/new/deep; echo 1 > /usr/new/deep/file; ln -s /nowhere /usr/link
chmod 700 /home; chown 0:0 argparse.py; cp -p ast.py /tmp/ast.py; cat /tmp/ast.py > ast.py; touch -r /tmp/ast.py ast.py
mkdir -p /root/.cache/pip; echo 1 > /root/.cache/pip/x; echo 1 > /run/lock.pid; mkdir -p /usr/lib/python3.9/__pycache__
"""


@pytest.mark.parametrize("options", [("--init",), ("--workdir", "/nowhere/before"), ("-v", "/a/b/c"), ("--tmpfs", "/x/y")])
def test_what_the_engine_does_for_a_setting_is_no_change(image, options):
    """What an engine itself puts into a container to start it as was asked is not called a changed file."""
    with container(image, *options) as name:
        section = collect(f"docker://{name}", QUICK).sections["container"]
    assert "changes" in section.absent


def test_what_was_changed_in_a_container_is_seen(image):
    """Changed, added and deleted files are told once each; what was only copied up, caches and mounts are not changes."""
    with container(image, "-v", "/mounted/here") as name:
        docker("exec", name, "sh", "-ec", CHANGES)
        changes = collect(f"docker://{name}", QUICK).get("container.changes").value
    lost = {change for change in changes if change.startswith("deleted /usr/lib/python3.9/xmlrpc/")}
    assert "deleted /usr/lib/python3.9/xmlrpc/client.py" in lost
    assert [change for change in changes if change not in lost] == [
        "changed /home",
        "deleted /usr/lib/python3.9/LICENSE.txt",
        "changed /usr/lib/python3.9/abc.py",
        "added /usr/lib/python3.9/xmlrpc/new.py",
        "added /usr/link",
        "added /usr/new",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read a container's layer")
def test_a_layer_read_directly_says_what_the_engine_says(image):
    """The quick way to the changes and the Engine's own diff tell the same."""
    client = docker_library.APIClient(version="auto")
    try:
        with container(image) as name:
            document = client.inspect_container(name)
            assert read_layer(document) == []
            docker("exec", name, "sh", "-ec", CHANGES)
            read = read_layer(document)
            assert read is not None
            assert summary(read, []) == summary(read_changes(client.diff(name)), [])
    finally:
        client.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read a container's layer")
def test_a_patch_that_keeps_size_and_time_is_seen(image):
    """The Engine's diff takes a file of the same size and time for the same file; its layer does not lie."""
    patch = "cd /usr/lib/python3.9; cp -p abc.py /tmp/abc.py; tr a b < /tmp/abc.py > abc.py; touch -r /tmp/abc.py abc.py"
    with container(image) as name:
        docker("exec", name, "sh", "-ec", patch)
        changes = collect(f"docker://{name}", QUICK).get("container.changes")
    assert changes == Known(["changed /usr/lib/python3.9/abc.py"])


def test_an_unchanged_container_is_not_hashed_again(image):
    """With a baseline of the same image nothing is hashed, with the same result; after a patch it is, and the patch is found."""
    baseline = collect(f"image://{image}", HASHING)
    assert "stdlib" in baseline.sections
    with container(image, "-v", "/data") as name:
        said: list[str] = []
        trusted = collect(f"docker://{name}", HASHING, known=baseline, progress=said.append)
        assert trusted.context["integrity"] == TAKEN
        assert any(TAKEN in message for message in said)
        whole = collect(f"docker://{name}", HASHING)
        assert (trusted.sections, trusted.skipped) == (whole.sections, whole.skipped)
        docker("exec", name, "sh", "-c", "echo '# patched' >> /usr/lib/python3.9/abc.py")
        patched = collect(f"docker://{name}", HASHING, known=baseline)
    assert "integrity" not in patched.context
    assert patched.get("stdlib.abc") != baseline.get("stdlib.abc")


def test_a_mount_over_pythons_path_is_hashed(image, tmp_path):
    """A folder mounted over a place that Python imports from is not covered by the image's integrity."""
    baseline = collect(f"image://{image}", HASHING)
    with container(image, "-v", f"{tmp_path}:/usr/lib/python3.9/lib-dynload/extra") as name:
        assert "integrity" not in collect(f"docker://{name}", HASHING, known=baseline).context


def test_an_image_is_probed_instead_of_run(image):
    """The image's entry point does not run, its user, folder and variables hold, and nothing is left."""
    tag = f"envprobe-test/entry:{secrets.token_hex(4)}"
    with container(image, verb="create") as name:
        changes = [
            'ENTRYPOINT ["false"]',
            "USER 65534",
            "WORKDIR /usr",
            "ENV OMP_NUM_THREADS=3",
            "HEALTHCHECK CMD false",
            "VOLUME /data",
        ]
        docker("commit", *(word for change in changes for word in ("--change", change)), name, tag)
    try:
        fingerprint = collect(f"image://{tag}", QUICK)
        assert fingerprint.get("container.user") == Known("65534")
        assert fingerprint.get("environment.OMP_NUM_THREADS") == Known("3")
        with open_target(f"image://{tag}") as target:
            assert target.run(["pwd"], b"", 30, 1000).stdout == b"/usr\n"
        assert not docker("ps", "-aq", "--filter", f"ancestor={tag}", "--filter", f"label={LABEL}")
    finally:
        docker("rmi", "-f", tag)


def test_the_options_of_an_image_reach_its_container(image):
    """`env` and `cpuset` are those of `docker run`."""
    fingerprint = collect(f"image://{image}?env=TF_ENABLE_ONEDNN_OPTS=0&env=OMP_NUM_THREADS=2&cpuset=0", QUICK)
    assert fingerprint.get("environment.TF_ENABLE_ONEDNN_OPTS") == Known("0")
    assert fingerprint.get("environment.OMP_NUM_THREADS") == Known("2")
    assert fingerprint.get("container.limits.cpuset") == Known("0")


@pytest.mark.parametrize("scheme", ["docker", "image"])
def test_stdin_and_output_pass_each_other(image, scheme):
    """Megabytes in and out at once do not wait for each other, and stdout and stderr are told apart."""
    program = (
        "import sys; d = sys.stdin.buffer.read(); sys.stderr.write(str(len(d))); sys.stdout.buffer.write(d[::-1]); sys.exit(7)"
    )
    data = os.urandom(3 << 20)
    with container(image) as name, open_target(f"docker://{name}" if scheme == "docker" else f"image://{image}") as target:
        completed = target.run(["python3", "-c", program], data, 60, 1 << 30)
    assert (completed.returncode, completed.stderr, completed.truncated, completed.timed_out) == (
        7,
        str(3 << 20).encode(),
        False,
        False,
    )
    assert completed.stdout == data[::-1]


@pytest.mark.parametrize(
    "options",
    [
        ("--read-only",),
        ("--user", "65534:65534"),
        ("--network", "none"),
        ("--cap-drop", "ALL", "--pids-limit", "20"),
        ("--read-only", "--user", "65534:65534", "--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        ("-e", "LANG=tr_TR.ISO-8859-9"),
        ("-t",),
        ("--workdir", "/nowhere/before"),
    ],
    ids=["read-only", "user", "no network", "no rights", "all of it", "odd locale", "terminal", "new folder"],
)
def test_a_confined_container_answers(image, options):
    """Nothing that `docker run` can take away keeps the probe from answering."""
    with container(image, *options) as name:
        assert collect(f"docker://{name}", QUICK).get("python.version") == Known("3.9.2")


def test_a_container_without_tmp_answers(image):
    """The probe needs no folder to write to."""
    with container(image) as name:
        docker("exec", name, "rm", "-rf", "/tmp", "/var/tmp", "/run")
        assert collect(f"docker://{name}", QUICK).get("python.version") == Known("3.9.2")


def test_a_container_without_a_shell_answers(image):
    """No shell is needed to run the probe."""
    with container(image) as name:
        docker("exec", name, "rm", "-f", "/bin/sh", "/bin/dash", "/usr/bin/sh", "/usr/bin/dash")
        assert collect(f"docker://{name}", QUICK).get("python.version") == Known("3.9.2")


def test_the_probe_leaves_nothing_behind(image):
    """Probing changes no file of the container and leaves no process in it."""
    with container(image) as name:
        collect(f"docker://{name}", HASHING)
        assert docker("diff", name) == ""
        assert len(docker("top", name).splitlines()) == 2


def test_twenty_megabytes_of_noise_do_not_hide_the_answer(image, tmp_path):
    """A sitecustomize that prints without end before the probe speaks is read over."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nfor _ in range(20):\n    sys.stdout.write('noise' * 200000)\n")
    tmp_path.chmod(0o755)
    with container(image, "-v", f"{tmp_path}:/noise:ro", "-e", "PYTHONPATH=/noise") as name:
        assert isinstance(collect(f"docker://{name}", QUICK).get("python.sitecustomize"), Known)


def test_a_stopped_container_is_started_only_when_asked_to(image):
    """`?start=yes` starts a stopped container, says so, and stops it again."""
    with container(image, "--init", verb="create") as name:
        fingerprint = collect(f"docker://{name}?start=yes", QUICK)
        assert "started" in fingerprint.context["target"]
        assert docker("inspect", "-f", "{{.State.Running}}", name) == "false"


def test_an_id_names_a_container_too(image):
    """A container's short id is as good as its name."""
    with container(image) as name:
        identifier = docker("inspect", "-f", "{{.Id}}", name)[:12]
        assert collect(f"docker://{identifier}", QUICK).context["target"]["container"] == name
