"""What a registry answers is read bounded, and one that breaks off in the midst of it is said."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from envprobe import shared
from envprobe.error import StoreError
from envprobe.fact import sha256
from envprobe.shared.oci import ARTIFACT
from tests.support.registry import ENDLESS, PASSWORD, USER, RegistryDouble, running_registry

DOCUMENT = b"0123456789"
MANIFEST = json.dumps({"artifactType": ARTIFACT, "layers": [{"digest": sha256(DOCUMENT)}]}).encode()


@contextmanager
def _registry(bodies: dict[str, tuple[int, bytes]]) -> Iterator[tuple[str, list[int]]]:
    """Answer each kind of path with a body that states a length; give the address, and how much was sent of what is endless."""
    sent = [0]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length, body = bodies[self.path.split("/")[-2]]
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            try:
                self.wfile.write(body)
                while length == ENDLESS and sent[0] < length:
                    sent[0] += self.wfile.write(bytes(1 << 16))
            except OSError:
                pass  # nobody reads on

        def log_message(self, *words: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"oci://127.0.0.1:{server.server_address[1]}/team/tiny:1", sent
        finally:
            server.shutdown()


def test_an_endless_manifest_is_not_taken_into_memory() -> None:
    """It ends at the limit of manifests, which the message names."""
    with _registry({"manifests": (ENDLESS, b"")}) as (url, sent), pytest.raises(StoreError, match="not a manifest"):
        shared.fetch(url, 100)
    assert sent[0] < ENDLESS


def test_a_document_is_read_to_one_byte_more_than_the_limit() -> None:
    """So that its reader sees that it is too large."""
    with _registry({"manifests": (len(MANIFEST), MANIFEST), "blobs": (len(DOCUMENT), DOCUMENT)}) as (url, _):
        assert shared.fetch(url, len(DOCUMENT)) == DOCUMENT
        assert shared.fetch(url, 4) == DOCUMENT[:5]


@pytest.mark.parametrize("cut", ["manifests", "blobs"])
def test_a_registry_that_breaks_off_is_said(cut: str) -> None:
    """As one that cannot be reached, with its name."""
    bodies = {"manifests": (len(MANIFEST), MANIFEST), "blobs": (len(DOCUMENT), DOCUMENT)}
    bodies[cut] = (1000, bodies[cut][1])
    with _registry(bodies) as (url, _), pytest.raises(StoreError, match="the registry cannot be reached"):
        shared.fetch(url, 100)


@pytest.fixture
def registry() -> Iterator[RegistryDouble]:
    """One with the referrers API, a document a page."""
    with running_registry() as held:
        yield held


def test_the_newest_document_of_the_referrers_api_counts(registry: RegistryDouble) -> None:
    """It stands on whichever page, in no order; no index is kept under a tag there."""
    url = registry.address(registry.add_image())
    with pytest.raises(StoreError, match="has no document"):
        shared.fetch(url, 100)
    assert not shared.exists(url)
    for number in range(5):
        shared.put(url, b"%d" % number, replace=number > 0)
        assert shared.fetch(url, 100) == b"%d" % number
    with pytest.raises(StoreError, match="has a document already"):
        shared.put(url, b"6", replace=False)
    assert shared.exists(url) and len(registry.manifests) == 6
    assert sum("from=" in path for path in registry.asked) >= 4


def test_more_documents_than_are_read_are_said(registry: RegistryDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest may be the one behind the limit."""
    url = registry.address(registry.add_image())
    monkeypatch.setattr("envprobe.shared.registry.PAGES_LIMIT", 2)
    for number in range(3):
        shared.put(url, b"%d" % number, replace=True)
    with pytest.raises(StoreError, match="more documents of sha256:"):
        shared.fetch(url, 100)


def _logged_in(folder: Path, port: int, password: str = PASSWORD) -> None:
    pair = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {f"127.0.0.1:{port}": {"auth": pair}}}))


def test_a_registry_with_a_login(registry: RegistryDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `docker login` keeps gets a token; without it, or with a wrong password, it says to log in and names no password."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    registry.has_login = True
    url = registry.address(registry.add_image())
    for password in (None, "wrong"):
        if password:
            _logged_in(tmp_path, registry.port, password)
        with pytest.raises(StoreError, match="the registry refuses team/tiny") as refused:
            shared.put(url, b"1", replace=False)
        assert "docker login" in str(refused.value.hint) and "wrong" not in str(refused.value)
    _logged_in(tmp_path, registry.port)
    shared.put(url, b"1", replace=False)
    assert shared.fetch(url, 100) == b"1"


@pytest.mark.parametrize("flood", ["token", "redirect"])
def test_what_leads_to_a_document_is_bounded_too(
    registry: RegistryDouble, flood: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of a token server, and the body of a redirection, which nobody wants."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    url = registry.address(registry.add_image())
    shared.put(url, b"1", replace=False)
    registry.floods, registry.has_login = flood, flood == "token"
    _logged_in(tmp_path, registry.port)
    if flood == "token":
        with pytest.raises(StoreError, match="refuses"):
            shared.fetch(url, 100)
    else:
        assert shared.fetch(url, 100) == b"1"
    assert 0 < registry.sent < ENDLESS
