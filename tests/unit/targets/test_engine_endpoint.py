"""Which engine is spoken to, and what is said when none answers as it should."""

from __future__ import annotations

import hashlib
import http.server
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from envprobe.error import TargetError
from envprobe.targets.deadline import Deadline
from envprobe.targets.docker import docker_endpoint, plain_socket
from envprobe.targets.engine import Endpoint, connect, reason, speaking
from envprobe.targets.opening import open_target
from envprobe.targets.podman import podman_endpoint


@pytest.fixture
def docker_home(tmp_path, monkeypatch):
    """A docker configuration of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text("{}")
    return tmp_path / ".docker"


def add_context(docker_home: Path, name: str, host: str) -> None:
    folder = docker_home / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host}}}))


def test_the_default_is_the_local_socket(docker_home):
    """Without any configuration it is the engine of this machine."""
    endpoint = docker_endpoint({})
    assert endpoint.url.endswith("/var/run/docker.sock")
    assert endpoint.source == "default"


def test_docker_host_wins(docker_home):
    """DOCKER_HOST is asked before any context, as the docker command does."""
    add_context(docker_home, "lab", "tcp://lab:2375")
    endpoint = docker_endpoint({"DOCKER_HOST": "unix:///run/mine.sock", "DOCKER_CONTEXT": "lab"})
    assert (endpoint.url, endpoint.source) == ("unix:///run/mine.sock", "DOCKER_HOST")


def test_the_context_that_docker_uses_is_used(docker_home):
    """`docker context use` and DOCKER_CONTEXT say where the engine is, over ssh too; the variable wins."""
    add_context(docker_home, "lab", "ssh://ann@lab")
    add_context(docker_home, "other", "tcp://other:2375")
    (docker_home / "config.json").write_text('{"currentContext": "lab"}')
    assert docker_endpoint({}).url == "ssh://ann@lab"
    assert str(docker_endpoint({"DOCKER_CONTEXT": "other"})) == "tcp://other:2375 (context other)"


def test_a_context_that_does_not_exist_is_said(docker_home):
    """A mistyped context is not silently the default one."""
    with pytest.raises(TargetError, match="no Docker context 'labb'"):
        docker_endpoint({"DOCKER_CONTEXT": "labb"})


def test_a_damaged_context_is_said(docker_home):
    """A context file that cannot be read is named."""
    add_context(docker_home, "lab", "tcp://lab:2375")
    next((docker_home / "contexts" / "meta").glob("*/meta.json")).write_text("{")
    with pytest.raises(TargetError, match="cannot be read"):
        docker_endpoint({"DOCKER_CONTEXT": "lab"})


def test_tls_is_honoured(docker_home, tmp_path):
    """DOCKER_TLS_VERIFY and DOCKER_CERT_PATH reach the library."""
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).write_text("")
    endpoint = docker_endpoint({"DOCKER_HOST": "tcp://lab:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)})
    assert endpoint.url == "tcp://lab:2376"
    assert endpoint.tls.ca_cert == str(tmp_path / "ca.pem")


def test_podmans_own_variable_and_socket(tmp_path):
    """CONTAINER_HOST wins; else the socket that is there; else there is none."""
    assert podman_endpoint({"CONTAINER_HOST": "ssh://lab/run/podman.sock"}, 1000).url == "ssh://lab/run/podman.sock"
    assert podman_endpoint({"XDG_RUNTIME_DIR": str(tmp_path)}, 1000) is None
    (tmp_path / "podman").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "podman" / "podman.sock"))
        assert podman_endpoint({"XDG_RUNTIME_DIR": str(tmp_path)}, 1000).url == f"unix://{tmp_path}/podman/podman.sock"


@contextmanager
def engine(folder: Path, body: bytes) -> Iterator[str]:
    """An engine that answers every request with the same words."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self):
            return "client"

        def log_message(self, *words):
            pass

    path = folder / "engine.sock"
    with socketserver.UnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"unix://{path}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"ApiVersion": "1.18", "Version": "1.6"}', "too old"),
        (b"{}", "ApiVersion"),
        (b"<html>not an engine</html>", "no engine at"),
    ],
)
def test_what_is_not_a_usable_engine_is_said(tmp_path, body, said):
    """An engine that is too old, or something else that listens there, is named with its address."""
    with (
        engine(tmp_path, body) as url,
        pytest.raises(TargetError, match=said) as caught,
        connect("docker://x", Endpoint(url, "DOCKER_HOST"), "start it", "", Deadline()),
    ):
        pass
    assert url in caught.value.message
    assert caught.value.hint


def test_no_socket_is_said(tmp_path):
    """No engine at all says how to start one."""
    with (
        pytest.raises(TargetError, match="there is no such socket") as caught,
        connect("docker://x", Endpoint(f"unix://{tmp_path}/none.sock", "DOCKER_HOST"), "start it", "", Deadline()),
    ):
        pass
    assert caught.value.hint == "start it"
    assert "(DOCKER_HOST)" in caught.value.message


def test_a_dead_socket_is_said(tmp_path):
    """A socket that nobody listens on any more, as a crashed engine leaves it, says so."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
    with (
        pytest.raises(TargetError, match="nothing listens there"),
        connect("docker://x", Endpoint(f"unix://{tmp_path}/dead.sock", "default"), "start it", "", Deadline()),
    ):
        pass


@pytest.mark.parametrize("url", ["nonsense://x", "tcp://127.0.0.1:notaport", "unix:///nowhere/docker.sock"])
def test_a_wrong_docker_host_is_said(docker_home, monkeypatch, url):
    """DOCKER_HOST that cannot be one ends in an error that names it, for a container and for an image."""
    monkeypatch.setenv("DOCKER_HOST", url)
    for reference in ("docker://x", "image://x:1.0.0"):
        with pytest.raises(TargetError, match=reference), open_target(reference):
            pass


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), BrokenPipeError("pipe"), TimeoutError("slow")])
def test_a_lost_engine_is_a_target_error(error):
    """A connection that breaks while it is used names the target, not a stack of libraries."""
    with pytest.raises(TargetError, match="docker://x: the engine was lost"), speaking("docker://x"):
        raise error


@pytest.mark.parametrize(
    ("error", "said", "next_step"),
    [
        (PermissionError(13, "Permission denied"), "may not use its socket", "usermod -aG docker"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "TLS", "DOCKER_CERT_PATH"),
        (socket.gaierror(-2, "Name or service not known"), "cannot be resolved", "DOCKER_HOST"),
        (TimeoutError("timed out"), "no answer in time", "docker version"),
        (OSError("something else"), "something else", "docker version"),
    ],
)
def test_each_way_not_to_reach_an_engine_has_its_next_step(error, said, next_step):
    """However deep the library wraps it, the reason at the bottom is what is told."""
    wrapped = RuntimeError("Connection aborted.")
    wrapped.__context__ = error
    problem, hint = reason(wrapped, "start it")
    assert said in problem
    assert next_step in hint


CONFIGS = (None, "{}", '{"auths": {}}', '{"currentContext": "default"}', '{"currentContext": "lab"}', "{damaged", '["x"]')


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("host", [None, "", "unix:///run/mine.sock", "tcp://lab:2375", "ssh://ann@lab", "unix://relative"])
@pytest.mark.parametrize("variable", [None, "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY"])
def test_a_plain_socket_is_the_one_that_the_library_finds(
    config: str | None, host: str | None, variable: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where anything else is configured the library looks; where nothing is, both name the same socket."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    environ = {**({} if host is None else {"DOCKER_HOST": host}), **({variable: "lab"} if variable else {})}
    if config is not None:
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker/config.json").write_text(config)
    path = plain_socket(environ)
    if path:
        assert docker_endpoint(environ).url == f"unix://{path}"
    else:
        assert host or variable or config in CONFIGS[4:]
