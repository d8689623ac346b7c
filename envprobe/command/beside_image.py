"""The baseline that lies in the registry beside the image that a target runs: `--baseline image`."""

from __future__ import annotations

from ..error import StoreError, UsageError
from ..fact import Known
from ..fingerprint import Fingerprint, Probe
from ..targets.address import parse
from ..targets.deadline import Deadline
from ..targets.opening import open_target

NAME = "image"
"""What `--baseline` calls it, where no recorded baseline has that name."""


def url_beside(reference: str, timeout_s: float) -> str:
    """Return `oci://REGISTRY/REPOSITORY@DIGEST` of the image that a target runs. Raises UsageError, StoreError or TargetError."""
    if not parse(reference).row.tool:
        raise UsageError(f"{reference}: runs no image", "name a container or an image, or another baseline than `image`")
    with open_target(reference, Deadline(timeout_s)) as target:
        seen = Fingerprint(probe=Probe("", ""), sections=target.outside())
    name, digest = seen.get("image.reference"), seen.get("image.digest")
    if not isinstance(name, Known) or not isinstance(digest, Known):
        raise StoreError(
            f"{reference}: no registry has its image, as far as the engine knows",
            "docker push or docker pull it by its registry's name, and start the container from that name",
        )
    return oci_url(str(name.value), str(digest.value))


def oci_url(name: str, digest: str) -> str:
    """Return the URL of an image that engines call by a short name: `ubuntu:20.04` is of docker.io/library."""
    repository = name.partition("@")[0]
    if ":" in repository.rpartition("/")[2]:
        repository = repository.rpartition(":")[0]
    first, slash, rest = repository.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return f"oci://{first}/{rest}@{digest}"
    return f"oci://docker.io/{repository if slash else f'library/{repository}'}@{digest}"
