"""What a registry answers is read bounded, and one that breaks off in the midst of it is said."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from envprobe import shared
from envprobe.error import StoreError
from envprobe.fact import sha256
from envprobe.shared.oci import ARTIFACT

ENDLESS = 64 << 20
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
