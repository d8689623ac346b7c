"""One repository of a container registry, as the OCI distribution specification has it; credentials are those of docker login."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from ..document import read_json
from ..error import DocumentError, StoreError
from ..fact import sha256

TIMEOUT_S = 30
MANIFEST_BYTES = 4 << 20
TOKEN_BYTES = 1 << 20
PAGES_LIMIT = 50
"""Of an index that a registry gives piece by piece."""
LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")
"""Registries that Docker, too, speaks plain HTTP to."""
CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
DOCKER_HUB = ("docker.io", "index.docker.io")


class Registry:
    """A repository. Every method raises StoreError where the registry cannot be reached or refuses."""

    def __init__(self, host: str, repository: str) -> None:
        """Connect to nothing yet."""
        self._host = "registry-1.docker.io" if host in DOCKER_HUB else host
        self._name, self._repository = host, repository
        self._base = f"{'http' if LOOPBACK.fullmatch(host) else 'https'}://{self._host}/v2/{repository}/"
        self._session = requests.Session()
        self._session.hooks["response"].append(_let_go)

    def manifest(self, reference: str, accepted: Sequence[str]) -> tuple[bytes, str, str] | None:
        """Return a manifest's bytes, digest and type; None where there is none."""
        answer = self._ask("GET", f"manifests/{reference}", headers={"Accept": ", ".join(accepted)})
        if answer.status_code == 404:
            return None
        body = self._body(answer, MANIFEST_BYTES)
        digest = sha256(body)
        if reference.startswith("sha256:") and reference != digest:
            raise StoreError(f"{self._name}: answered {reference} with other bytes, {digest}", "do not trust this registry")
        return body, digest, answer.headers.get("Content-Type", "").partition(";")[0]

    def referrers(self, digest: str, artifact: str) -> list[bytes] | None:
        """Return the index of what refers to a manifest, page by page; None where the registry has no such thing."""
        answer = self._ask("GET", f"referrers/{digest}", params={"artifactType": artifact})
        if answer.status_code in (400, 404, 405):
            return None
        pages = [self._body(answer, MANIFEST_BYTES)]
        while "next" in answer.links:
            if len(pages) == PAGES_LIMIT:
                raise StoreError(
                    f"{self._name}: lists more documents of {digest[:19]} than are read", "delete those that nobody needs"
                )
            answer = self._ask("GET", urljoin(answer.url, answer.links["next"]["url"]))
            pages.append(self._body(answer, MANIFEST_BYTES))
        return pages

    def blob(self, digest: str, limit_bytes: int) -> bytes:
        """Return a blob, at most one byte more than the limit."""
        answer = self._ask("GET", f"blobs/{digest}")
        data = self._body(answer, limit_bytes)
        if len(data) <= limit_bytes and sha256(data) != digest:
            raise StoreError(f"{self._name}: answered {digest} with other bytes", "do not trust this registry")
        return data

    def push(self, data: bytes) -> dict[str, Any]:
        """Upload a blob and return its descriptor, without a type."""
        digest = sha256(data)
        begun = self._ask("POST", "blobs/uploads/")
        begun.close()
        self._require(begun, 202)
        place = urljoin(begun.url, begun.headers.get("Location", ""))
        headers = {"Content-Type": "application/octet-stream"}
        done = self._ask("PUT", place, params={"digest": digest}, data=data, headers=headers)
        done.close()
        self._require(done, 201)
        return {"digest": digest, "size": len(data)}

    def put_manifest(self, reference: str, body: bytes, media_type: str) -> bool:
        """Upload a manifest; tell whether the registry keeps account of its subject."""
        answer = self._ask("PUT", f"manifests/{reference}", data=body, headers={"Content-Type": media_type})
        answer.close()
        self._require(answer, 201)
        return "OCI-Subject" in answer.headers

    def _ask(self, method: str, path: str, **settings: Any) -> requests.Response:
        """Return an answer of which only the head is read yet: what it holds may be endless. One that is no good is closed."""
        url = urljoin(self._base, path)
        if urlsplit(url).scheme != urlsplit(self._base).scheme:
            raise StoreError(f"{self._name}: the registry leads to {url[:80]!r}", "credentials are not sent there")
        with self._reached():
            answer = self._session.request(method, url, timeout=TIMEOUT_S, stream=True, **settings)
            if answer.status_code == 401 and self._log_in(answer.headers.get("WWW-Authenticate", "")):
                answer.close()
                answer = self._session.request(method, url, timeout=TIMEOUT_S, stream=True, **settings)
        if not answer.ok:
            answer.close()
        if answer.status_code in (401, 403):
            raise StoreError(f"{self._name}: the registry refuses {self._repository}", f"docker login {self._name}")
        if answer.status_code >= 500 or answer.status_code == 429:
            raise StoreError(f"{self._name}: the registry answers {answer.status_code} {answer.reason}", "try again later")
        return answer

    def _log_in(self, challenge: str) -> bool:
        """Take what docker login has kept for this registry; of a token server, a token for this repository."""
        from docker import auth

        kept = auth.load_config().resolve_authconfig(None if self._name in DOCKER_HUB else self._name) or {}
        pair = (kept["username"], kept["password"]) if kept.get("username") else None
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and pair:
            self._session.auth = pair
            return True
        told = dict(CHALLENGE.findall(rest))
        if scheme.lower() == "basic" or "realm" not in told:
            return False
        if not told["realm"].startswith("https://") and not self._base.startswith("http://"):
            return False  # a password is not sent in the clear because a registry asks for it
        words = {"service": told.get("service", ""), "scope": told.get("scope", f"repository:{self._repository}:pull,push")}
        with requests.get(told["realm"], params=words, auth=pair, timeout=TIMEOUT_S, stream=True) as answer:
            token = _token(_bounded(answer, TOKEN_BYTES)) if answer.ok else ""
        self._session.headers["Authorization"] = f"{scheme} {token}"
        return bool(token)

    def _body(self, answer: requests.Response, limit_bytes: int) -> bytes:
        """Return what an answer holds, at most one byte more than the limit, whatever length it states."""
        self._require(answer, 200)
        with self._reached():
            return _bounded(answer, limit_bytes)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except requests.RequestException as error:
            raise StoreError(
                f"{self._name}: the registry cannot be reached: {type(error).__name__}", "is its name right?"
            ) from None

    def _require(self, answer: requests.Response, status: int) -> None:
        if answer.status_code != status:
            words = f"{self._name}: the registry answers {answer.status_code} {answer.reason} for {self._repository}"
            raise StoreError(words, "does it take OCI artifacts?")


def _let_go(answer: requests.Response, **_: Any) -> None:
    """Close an answer that leads elsewhere: requests would read the whole of it before it goes there."""
    if answer.is_redirect:
        answer.close()


def _bounded(answer: requests.Response, limit_bytes: int) -> bytes:
    data = bytearray()
    with answer:
        for piece in answer.iter_content(1 << 16):
            data += piece
            if len(data) > limit_bytes:
                break
    return bytes(data[: limit_bytes + 1])


def _token(body: bytes) -> str:
    try:
        value = read_json(body, "the token server", limit_bytes=TOKEN_BYTES)
    except DocumentError:
        return ""
    found = (value.get("token") or value.get("access_token")) if isinstance(value, dict) else ""
    return found if isinstance(found, str) and found.isascii() and found.isprintable() else ""
