"""`envprobe serve` as a process that answers real requests."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.served import Serving, serving, write_team


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The folder of a team, served."""
    folder = tmp_path_factory.mktemp("team")
    write_team(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with serving(folder) as found:
        yield found
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before, "nothing is written"


def ask(url: str, method: str = "GET", path: str = "/", **headers: str) -> tuple[int, dict[str, str], str]:
    """Send one request as it is spelled, to the address of a URL."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    told = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return told


def test_a_folder_is_a_page(team: Serving) -> None:
    """The one line on stdout is an address on this machine; what is there is the page, by no server's name."""
    assert team.url.startswith("http://127.0.0.1:")
    status, headers, page = ask(team.url)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "runs/run-1.json" in page
    assert "Server" not in headers
    assert ask(team.url, path="/matrix")[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/tf.json", 404),
        ("POST", "/", 405),
        ("DELETE", "/", 405),
        ("HEAD", "/", 200),
        ("GET", "http://evil.example/", 421),
    ],
)
def test_requests_as_an_attacker_spells_them(team: Serving, method: str, path: str, status: int) -> None:
    """No path leads to a file, and no method but reading is answered."""
    found, _, page = ask(team.url, method, path)
    assert found == status
    assert "root:" not in page and "packages" not in page
    assert (page == "") is (method == "HEAD")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "169.254.169.254"])
def test_dns_rebinding(team: Serving, host: str) -> None:
    """A name that was pointed at this machine by somebody else gets nothing of the folder."""
    status, _, page = ask(team.url, Host=host)
    assert status == 421
    assert "tf.json" not in page


def test_a_request_without_end_is_refused(team: Serving) -> None:
    """Headers and bodies are bounded; the server goes on."""
    parts = urlsplit(team.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
        assert b" 431 " in connection.makefile("rb").readline()
    assert ask(team.url, "POST", **{"Content-Length": "100000000"})[0] == 413
    assert ask(team.url)[0] == 200


def test_half_requests_keep_nobody_out(team: Serving) -> None:
    """Whoever opens hundreds of connections and asks for nothing waits alone."""
    parts = urlsplit(team.url)
    with ExitStack() as stack:
        for _ in range(250):
            half = stack.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=20))
            half.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        for _ in range(3):
            assert ask(team.url)[0] == 200


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    """Ctrl-C is how a server ends: at once, quietly, with the status of an interruption and a port that is free again."""
    with serving(tmp_path) as server:
        assert ask(server.url)[0] == 200
        status, said = server.stop()
        assert (status, said.strip()) == (130, "envprobe: interrupted")
        with pytest.raises(ConnectionError):
            ask(server.url)


def test_a_token_where_it_is_asked_for(tmp_path: Path) -> None:
    """The address that is printed opens the page; without what it carries nothing is told; with the cookie it goes on."""
    write_team(tmp_path)
    with serving(tmp_path, "--token") as server:
        assert ask(server.url)[0] == 403
        status, headers, page = ask(server.url, path="/?" + urlsplit(server.url).query)
        assert status == 200 and "tf.json" not in page
        cookie = headers["Set-Cookie"].partition(";")[0]
        assert "tf.json" in ask(server.url, Cookie=cookie)[2]
        assert ask(server.url, Cookie=cookie + "x")[0] == 403


def test_beyond_this_machine_there_is_always_a_token(tmp_path: Path) -> None:
    """Whoever listens on the network gets a token without asking, and is told that HTTP can be read along."""
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        assert "?token=" in server.url
        port = urlsplit(server.url).port
        assert ask(f"http://127.0.0.1:{port}/")[0] == 403
        assert "not encrypted" in server.stop()[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone",), "gone: no such folder"),
        (("--host", "no.such.host.invalid"), "no.such.host.invalid:8765: cannot be listened on"),
        (("--port", "70000"), "70000 is not in the range"),
    ],
)
def test_what_cannot_be_served(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """A folder, a host or a port that cannot be is one sentence, and exit status 2."""
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_port_in_use(tmp_path: Path) -> None:
    """A port that another program has is said, with what to type instead."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = run(tmp_path, "--port", port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}: cannot be listened on: Address already in use" in done.stderr
    assert "--port 0" in done.stderr


def test_what_is_not_installed(tmp_path: Path) -> None:
    """Without the extra the command says which one to install."""
    program = "import sys; sys.modules['werkzeug'] = None; from envprobe.cli import main; sys.exit(main(['serve']))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"{sys.executable} -m pip install 'waitress>=3' 'werkzeug>=3'" in done.stderr


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "envprobe", "serve", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
