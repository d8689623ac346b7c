"""`oci://REGISTRY/REPOSITORY@DIGEST`: documents in a container registry, each beside the image that it is about.

A document is an OCI artifact whose `subject` is the image. Registries without the referrers API (OCI distribution 1.1) are served
by its fallback, an index under the tag `sha256-…`.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

from ..document import read_json
from ..error import EnvprobeError, StoreError
from ..fact import sha256
from .registry import MANIFEST_BYTES, Registry

PLACE = re.compile(
    r"oci://(?P<registry>[\w.-]+(?::\d+)?|\[[0-9A-Fa-f:]+\](?::\d+)?)/(?P<repository>[a-z0-9._/-]+?)"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>[\w][\w.-]{0,127}))"
)
ARTIFACT = "application/vnd.envprobe.document.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
IMAGES = (
    MANIFEST,
    INDEX,
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
TITLE = "org.opencontainers.image.title"
CREATED = "org.opencontainers.image.created"
"""An annotation: the referrers API gives documents in no order that would say which is the newest."""


def fetch(url: str, limit_bytes: int) -> bytes:
    """Return the document of an image, or of an artifact that is one itself. Raises StoreError where the image has none."""
    registry, reference = _registry(url)
    found = registry.manifest(reference, IMAGES)
    if found is None:
        raise StoreError(f"{url}: no such image in the registry", "docker push it first; the digest is that of the registry")
    body, digest, _ = found
    manifest = _manifest(body, url)
    if manifest.get("artifactType") != ARTIFACT:
        manifest = _attached(registry, digest, url)
    layers = manifest.get("layers")
    if not (isinstance(layers, list) and len(layers) == 1 and isinstance(layers[0], dict)):
        raise StoreError(f"{url}: the artifact beside it is damaged: it has not one layer", "record it again")
    return registry.blob(str(layers[0].get("digest")), limit_bytes)


def put(url: str, data: bytes, *, replace: bool) -> None:
    """Attach a document to an image; one that it has already stays, and is superseded where `replace` is set."""
    registry, reference = _registry(url)
    found = registry.manifest(reference, IMAGES)
    if found is None:
        raise StoreError(f"{url}: no such image in the registry", "docker push it first; the document is kept beside it")
    body, digest, media_type = found
    there = _referrers(registry, digest)
    if there and not replace:
        raise StoreError(f"{url}: has a document already", "nothing was changed; replace it with --update")
    config, layer = registry.push(b"{}"), registry.push(data)
    annotations = {CREATED: datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    artifact = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": ARTIFACT,
        "config": {"mediaType": EMPTY, **config},
        "layers": [{"mediaType": ARTIFACT, "annotations": {TITLE: "baseline.json"}, **layer}],
        "subject": {"mediaType": media_type, "digest": digest, "size": len(body)},
        "annotations": annotations,
    }
    encoded = json.dumps(artifact, sort_keys=True).encode()
    own = sha256(encoded)
    keeps_referrers = registry.put_manifest(own, encoded, MANIFEST)
    if not keeps_referrers:
        entry = {"mediaType": MANIFEST, "digest": own, "size": len(encoded), "artifactType": ARTIFACT, "annotations": annotations}
        _add_to_fallback(registry, digest, entry)


def exists(url: str) -> bool:
    """Tell whether an image has a document."""
    registry, reference = _registry(url)
    found = registry.manifest(reference, IMAGES)
    return found is not None and bool(_referrers(registry, found[1]))


def _registry(url: str) -> tuple[Registry, str]:
    place = PLACE.fullmatch(url)
    if place is None:
        raise StoreError(f"{url}: not an image", "write oci://REGISTRY/REPOSITORY@sha256:DIGEST, or with :TAG")
    return Registry(place["registry"], place["repository"]), place["digest"] or place["tag"]


def _manifest(body: bytes, where: str) -> dict[str, Any]:
    try:
        value = read_json(body, where, limit_bytes=MANIFEST_BYTES)
    except EnvprobeError as error:
        raise StoreError(f"{error.message}: not a manifest", "does a registry answer there?") from None
    return value if isinstance(value, dict) else {}


def _attached(registry: Registry, digest: str, url: str) -> dict[str, Any]:
    """Return the manifest of the newest document beside an image."""
    there = _referrers(registry, digest)
    if not there:
        raise StoreError(
            f"{url}: the image is there, and has no document of envprobe's", f"record one: envprobe record TARGET --output {url}"
        )
    found = registry.manifest(there[-1], (MANIFEST,))
    if found is None:
        raise StoreError(f"{url}: the document beside it is gone from the registry", "record it again, with --update")
    manifest = _manifest(found[0], url)
    subject = manifest.get("subject")
    if not isinstance(subject, dict) or subject.get("digest") != digest:
        raise StoreError(
            f"{url}: the document beside it is about another image", "do not trust it; record it again, with --update"
        )
    return manifest


def _referrers(registry: Registry, digest: str) -> list[str]:
    """Return the digests of the documents beside an image, the newest last."""
    pages = registry.referrers(digest, ARTIFACT)
    if pages is None:
        found = registry.manifest(_fallback(digest), (INDEX,))
        pages = [found[0]] if found is not None else []
    entries = [entry for page in pages for entry in _entries(page)]
    return [str(entry["digest"]) for entry in sorted(entries, key=_created) if _is_document(entry)]


def _is_document(entry: dict[str, Any]) -> bool:
    return entry.get("artifactType") == ARTIFACT and bool(entry.get("digest"))


def _created(entry: dict[str, Any]) -> str:
    annotations = entry.get("annotations")
    return str(annotations.get(CREATED, "")) if isinstance(annotations, dict) else ""


def _entries(body: bytes | None) -> list[dict[str, Any]]:
    listed = _manifest(body, "the registry's index").get("manifests") if body else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _fallback(digest: str) -> str:
    return digest.replace(":", "-")


def _add_to_fallback(registry: Registry, digest: str, entry: dict[str, Any]) -> None:
    found = registry.manifest(_fallback(digest), (INDEX,))
    entries = [one for one in _entries(found[0] if found else None) if one.get("digest") != entry["digest"]]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*entries, entry]}
    registry.put_manifest(_fallback(digest), json.dumps(index, sort_keys=True).encode(), INDEX)
