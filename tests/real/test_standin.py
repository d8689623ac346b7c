"""The stand-in image is what the real tests take it for."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.support import engine

pytestmark = pytest.mark.real

# Runs inside the image: what does its own Python see of its packages?
LOOK = """
import base64, hashlib, importlib.metadata, importlib.util, json, os, struct
answer = {"versions": {}, "installers": [], "not_from_index": [], "unlike_record": [], "invalid_pyc": [], "compiled": 0}
for distribution in importlib.metadata.distributions():
    name = distribution.metadata["Name"].lower()
    answer["versions"][name] = distribution.version
    answer["installers"].append(distribution.read_text("INSTALLER"))
    if distribution.read_text("direct_url.json"):
        answer["not_from_index"].append(name)
    for file in distribution.files:
        path = str(distribution.locate_file(file))
        if file.hash:
            digest = hashlib.new(file.hash.mode, open(path, "rb").read()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != file.hash.value:
                answer["unlike_record"].append(path)
        compiled = importlib.util.cache_from_source(path)
        if path.endswith(".py") and os.path.exists(compiled):
            answer["compiled"] += 1
            source = os.stat(path)
            if struct.unpack("<4xIII", open(compiled, "rb").read(16)) != (0, int(source.st_mtime), source.st_size):
                answer["invalid_pyc"].append(path)
print(json.dumps(answer))
"""


def in_image(tag: str, *command: str) -> str:
    """Run a command in a throw-away container without a network and return what it printed."""
    done = subprocess.run(["docker", "run", "--rm", "--network=none", tag, *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def look() -> dict:
    """What the stand-in's own Python sees of its packages."""
    return json.loads(in_image(engine.standin_image(), "python3", "-B", "-c", LOOK))


def test_versions_are_those_of_the_official_image(look):
    """TensorFlow 2.9.0 and the packages that decide its numbers are at the pinned versions."""
    pinned = {"tensorflow": "2.9.0", "keras": "2.9.0", "numpy": "1.22.4", "protobuf": "3.19.6", "h5py": "3.6.0"}
    assert {name: look["versions"][name] for name in pinned} == pinned


def test_packages_look_installed_by_pip(look):
    """Every distribution was installed by pip from an index, its files are those of its RECORD, and its .pyc are valid."""
    assert set(look["installers"]) == {"pip\n"}
    assert look["not_from_index"] == look["unlike_record"] == look["invalid_pyc"] == []
    assert look["compiled"] > 3000


def test_use_leaves_no_change_in_the_container():
    """Importing what a probe imports writes nothing, so that the Engine's diff of an untouched container is empty."""
    start = ["docker", "run", "-d", "--network=none", engine.standin_image(), "sleep", "300"]
    box = subprocess.check_output(start, text=True).strip()
    try:
        imports = "import json, ssl, ctypes, asyncio, numpy, pip._internal"
        subprocess.run(["docker", "exec", box, "python3", "-c", imports], check=True)
        assert subprocess.check_output(["docker", "diff", box], text=True) == ""
    finally:
        subprocess.run(["docker", "rm", "-f", box], check=True, capture_output=True)


def test_nothing_of_the_building_machine_is_in_the_image():
    """No resolver, host name, log or package list of the machine that built the image came along."""
    script = "cat /etc/apt/sources.list /etc/machine-id; find /var/log /var/cache /var/lib/apt /tmp -type f; ls -A /root"
    assert set(in_image(engine.standin_image(), "sh", "-c", f"({script}) 2>/dev/null; true").split()) <= {".bashrc", ".profile"}


def test_os_packages_can_be_read():
    """dpkg's status and os-release are there for the probe to read."""
    assert 'VERSION_ID="11"' in in_image(engine.standin_image(), "cat", "/etc/os-release")
    assert "libstdc++6" in in_image(engine.standin_image(), "dpkg-query", "-W")


def test_small_images_have_what_their_names_say():
    """One runs Python, the other a shell alone."""
    assert in_image(engine.tiny_image(), "python3", "-c", "import ssl, ctypes; print('ok')") == "ok\n"
    assert in_image(engine.nopython_image(), "sh", "-c", "command -v python3 || echo none") == "none\n"


def test_pip_installs_another_numpy_offline():
    """A test can change one package in a container without a network."""
    wheels = engine.wheel_folder("numpy==1.23.5")
    install = "pip install -q --no-index --find-links /wheels numpy==1.23.5 2>&1"
    script = f"{install} && python3 -c 'import numpy; print(numpy.__version__)'"
    options = ["--rm", "--network=none", "-v", f"{wheels}:/wheels:ro"]
    command = ["docker", "run", *options, engine.standin_image(), "sh", "-c", script]
    assert subprocess.check_output(command, text=True).splitlines()[-1] == "1.23.5"


def test_private_engine_survives_nothing_but_its_test():
    """A private engine can be killed and restarted under a living container, and leaves no process or folder."""
    with engine.private_engine(live_restore=True) as private:
        private.load(engine.nopython_image())
        assert private.docker("run", "-d", "--name", "box", engine.nopython_image(), "sleep", "300").returncode == 0
        private.kill()
        private.start()
        assert private.docker("exec", "box", "echo", "alive").stdout == "alive\n"
    assert not private.folder.exists()
    assert engine._processes_naming(str(private.folder)) == []
