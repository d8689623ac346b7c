"""An engine over TCP and TLS: the machine's own, behind a proxy that wants certificates from both sides."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from envprobe.error import TargetError
from envprobe.probing.collect import collect
from envprobe.targets.opening import open_target
from tests.real.guest import QUICK, container
from tests.support.engine import tiny_image

pytestmark = pytest.mark.real

ENGINE = "/var/run/docker.sock"


def make_certificates(folder: Path) -> None:
    """Write ca.pem, cert.pem and key.pem, as DOCKER_CERT_PATH wants them; the proxy uses the same pair."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "ca-key.pem",
        "-out",
        "ca.pem",
        "-subj",
        "/CN=ca",
        "-days",
        "2",
    )
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
    openssl(
        *("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial"),
        *("-out", "cert.pem", "-days", "2", "-extfile", "names"),
    )


class Proxy:
    """Takes TLS connections and passes what they say to the engine's socket and back."""

    def __init__(self, folder: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._context.load_verify_locations(folder / "ca.pem")
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        try:
            with self._context.wrap_socket(client, server_side=True) as secure, socket.socket(socket.AF_UNIX) as engine:
                engine.connect(ENGINE)
                back = threading.Thread(target=self._copy_back, args=(engine, secure), daemon=True)
                back.start()
                while data := secure.recv(1 << 16):
                    engine.sendall(data)
                engine.shutdown(socket.SHUT_WR)
                back.join()
        except OSError:  # a client that has no certificate, or that is gone
            pass

    @staticmethod
    def _copy_back(engine: socket.socket, secure: ssl.SSLSocket) -> None:
        try:
            while data := engine.recv(1 << 16):
                secure.sendall(data)
            secure.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture(scope="module")
def image() -> str:
    return tiny_image()


@pytest.fixture(scope="module")
def trainer(image) -> Iterator[str]:
    with container(image) as name:
        yield name


@pytest.fixture
def tls(tmp_path, monkeypatch) -> Iterator[Path]:
    """An environment whose DOCKER_HOST speaks TLS, behind a company's own REQUESTS_CA_BUNDLE; yields the certificates' folder."""
    make_certificates(tmp_path)
    proxy = Proxy(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ssl.get_default_verify_paths().openssl_cafile)
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    yield tmp_path
    proxy.close()


def test_an_engine_over_tls_serves(image, trainer, tls):
    """Container and image answer over TLS as over a socket."""
    assert collect(f"docker://{trainer}", QUICK).sections == collect(f"image://{image}", QUICK).sections


def test_megabytes_pass_over_tls(image, tls):
    """A program that reads one long line over TLS and answers more than a record at once is heard whole."""
    program = "import sys; d = sys.stdin.buffer.readline(); sys.stdout.buffer.write(d * 3)"
    data = b"x" * (2 << 20) + b"\n"
    with open_target(f"image://{image}") as target:
        assert target.run(["python3", "-c", program], data, 60, 1 << 30).stdout == data * 3


def test_a_certificate_that_is_not_trusted_is_said(image, tls):
    """A wrong certificate authority is a TLS error, with where to look."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "x.pem", "-out", "ca.pem", "-subj", "/CN=other"],
        cwd=tls,
        check=True,
        capture_output=True,
    )
    with pytest.raises(TargetError, match="TLS") as caught:
        collect(f"image://{image}", QUICK)
    assert "DOCKER_CERT_PATH" in caught.value.hint
