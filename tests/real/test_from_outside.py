"""A container whose Python lies, on a real engine: its files are held against what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envprobe.fact import Known, Unknown
from envprobe.fingerprint import Fingerprint
from envprobe.probing import bundle
from envprobe.probing.answer import unframe
from envprobe.probing.collect import Options, collect
from envprobe.targets.opening import open_target
from tests.real.guest import container, docker
from tests.support.engine import tiny_image

pytestmark = pytest.mark.real

HASHING = Options(benchmark="off", timeout_s=120)
LIBRARY = "/usr/lib/python3.9"
LIAR = """
def _lie(loads=loads):
    import hashlib, os, sys
    line = loads(sys.stdin.buffer.readline().decode("ascii"))
    payload, nonce = open("/var/answer.json", "rb").read(), line["request"]["nonce"].encode()
    frame = b"\\n%s %d %s\\n" % (nonce, len(payload), hashlib.sha256(payload).hexdigest().encode())
    os.write(1, frame + payload + b"\\n%s end\\n" % nonce)
    os._exit(0)
import sys
if sys.argv[:1] == ["-c"]:
    _lie()
"""
"""What stands at the end of the standard library's json, which the probe imports first, answers in its place."""


@pytest.fixture(scope="module")
def image() -> str:
    return tiny_image()


def _answer(name: str) -> bytes:
    """Return what an honest Python answers, as somebody records it who means to repeat it."""
    request: dict[str, Any] = {
        "nonce": "0" * 32,
        "integrity": True,
        "benchmark": "off",
        "sections": None,
        "launch": {"of": "main", "pid": 1},
    }
    with open_target(f"docker://{name}") as target:
        completed = target.run(["python3", "-B", "-c", bundle.stub()], bundle.line(request), 120, 1 << 26)
    payload = unframe(completed.stdout, "0" * 32)
    assert payload
    return payload


def _lie(name: str, answer: bytes, folder: Path) -> None:
    (folder / "answer.json").write_bytes(answer)
    (folder / "liar.py").write_text(LIAR)
    docker("cp", str(folder / "answer.json"), f"{name}:/var/answer.json")
    docker("cp", str(folder / "liar.py"), f"{name}:/var/liar.py")
    docker("exec", name, "sh", "-c", f"cat /var/liar.py >> {LIBRARY}/json/__init__.py; echo '# other' >> {LIBRARY}/random.py")


def _believed(found: Fingerprint) -> bool:
    return not isinstance(found.get("stdlib.random"), Unknown)


def test_a_python_that_repeats_an_honest_answer_is_not_believed(image: str, tmp_path: Path) -> None:
    """Neither in a container that was changed nor in an image in which the lie was built in."""
    with container(image) as honest:
        answer = _answer(honest)
        assert _believed(collect(f"docker://{honest}", HASHING))
    with container(image) as name:
        _lie(name, answer, tmp_path)
        assert json.loads(answer)["sections"]["stdlib"]["known"]["random"]
        changed = collect(f"docker://{name}", HASHING)
        made = docker("commit", name).strip()
    try:
        built_in = collect(f"image://{made}", HASHING)
    finally:
        docker("rmi", "-f", made)
    for found in (changed, built_in):
        assert not _believed(found)
        assert LIBRARY in str(found.get("python.version"))


def test_an_interpreter_that_is_not_the_images_is_named(image: str) -> None:
    """One that was patched is altered; one whose owner and time alone are others is not, though the engine sees a change."""
    with container(image) as name:
        docker("exec", name, "sh", "-c", "touch /usr/bin/python3.9 && chown 1 /usr/bin/python3.9")
        touched = collect(f"docker://{name}", HASHING)
        docker("exec", name, "sh", "-c", "printf x >> /usr/bin/python3.9")
        patched = collect(f"docker://{name}", HASHING)
    assert "altered" in touched.sections["stdlib"].absent
    altered = patched.get("stdlib.altered")
    assert isinstance(altered, Known)
    assert altered.value["program"] in ("engine", "dpkg")  # type: ignore[index, call-overload]
