"""A registry as the OCI distribution specification 1.1 has it, in memory: with the referrers API, page by page, and a login."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD, TOKEN = "ana", "nobody-sees-this", "a-token"
ENDLESS = 64 << 20


class RegistryDouble:
    """What a registry holds, and how it behaves."""

    def __init__(self) -> None:
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.blobs: dict[str, bytes] = {}
        self.page = 1
        """How many referrers stand on a page."""
        self.has_login = False
        self.floods = ""
        """What is answered with a body that does not end: `token`, or `redirect`."""
        self.sent = 0
        """How much of that was taken."""
        self.asked: list[str] = []

    def address(self, digest: str) -> str:
        """Return the URL of a document beside an image."""
        return f"oci://127.0.0.1:{self.port}/team/tiny@{digest}"

    port = 0

    def add_image(self) -> str:
        """Put an image there; return its digest."""
        body = json.dumps({"schemaVersion": 2, "config": {}, "layers": []}).encode()
        return self._add("application/vnd.oci.image.manifest.v1+json", body)

    def _add(self, kind: str, body: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.manifests[digest] = (kind, body)
        return digest

    def _referrers(self, digest: str) -> list[dict[str, Any]]:
        found = []
        for own, (kind, body) in sorted(self.manifests.items()):
            value = json.loads(body)
            if value.get("subject", {}).get("digest") == digest:
                said = {name: value[name] for name in ("artifactType", "annotations") if name in value}
                found.append({"mediaType": kind, "digest": own, "size": len(body), **said})
        return found


@contextmanager
def running_registry() -> Iterator[RegistryDouble]:
    """Serve one on the loopback."""
    held = RegistryDouble()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _flood(self, status: int, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(ENDLESS))
            self.end_headers()
            try:
                while held.sent < ENDLESS:
                    held.sent += self.wfile.write(b" " * (1 << 16))
            except OSError:
                pass  # nobody reads on

        def _is_let_in(self) -> bool:
            if not held.has_login or self.headers.get("Authorization") == f"Bearer {TOKEN}":
                return True
            realm = f'Bearer realm="http://127.0.0.1:{held.port}/token",service="double"'
            self._say(401, WWW_Authenticate=realm)
            return False

        def do_GET(self) -> None:
            held.asked.append(self.path)
            split = urlsplit(self.path)
            kind, _, name = split.path.removeprefix("/v2/team/tiny/").partition("/")
            if split.path == "/token":
                self._token()
            elif not self._is_let_in():
                pass
            elif held.floods == "redirect" and kind == "manifests" and "moved" not in split.query:
                self._flood(307, Location=f"{split.path}?moved")
            elif kind == "manifests" and name in held.manifests:
                media_type, body = held.manifests[name]
                self._say(200, body, Content_Type=media_type)
            elif kind == "blobs" and name in held.blobs:
                self._say(200, held.blobs[name])
            elif kind == "referrers":
                self._list(name, int(parse_qs(split.query).get("from", ["0"])[0]))
            else:
                self._say(404)

        def _list(self, digest: str, start: int) -> None:
            found = held._referrers(digest)
            end = start + held.page
            more = {"Link": f'</v2/team/tiny/referrers/{digest}?from={end}>; rel="next"'} if end < len(found) else {}
            self._say(200, json.dumps({"schemaVersion": 2, "manifests": found[start:end]}).encode(), **more)

        def _token(self) -> None:
            pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if held.floods == "token":
                self._flood(200)
            elif self.headers.get("Authorization") == f"Basic {pair}":
                self._say(200, json.dumps({"token": TOKEN}).encode())
            else:
                self._say(401)

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def do_POST(self) -> None:
            self._body()
            if self._is_let_in():
                self._say(202, Location="/v2/team/tiny/blobs/uploads/1")

        def do_PUT(self) -> None:
            data = self._body()
            if not self._is_let_in():
                return
            if "/blobs/uploads/" in self.path:
                held.blobs[parse_qs(urlsplit(self.path).query)["digest"][0]] = data
                self._say(201)
            else:
                held._add(self.headers["Content-Type"], data)
                subject = json.loads(data).get("subject")
                self._say(201, **({"OCI_Subject": subject["digest"]} if subject else {}))

        def log_message(self, *words: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        held.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield held
        finally:
            server.shutdown()
