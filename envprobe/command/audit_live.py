"""Ask an engine about a container or an image that is to be audited; nothing is started in it."""

from __future__ import annotations

from ..audit.live import of_container, of_image
from ..audit.model import AuditedFile
from ..error import TargetError, UsageError
from ..targets.deadline import Deadline
from ..targets.docker import DOCKER
from ..targets.engine import Engine, speaking
from ..targets.podman import PODMAN

SECONDS = 20
ENGINES: dict[str, Engine] = {"docker": DOCKER, "image": DOCKER, "podman": PODMAN, "podman+image": PODMAN}


def inspect(reference: str) -> AuditedFile:
    """Return a container or an image. Raises TargetError where the engine does not answer, or has none of that name."""
    from docker.errors import NotFound

    scheme, _, name = reference.partition("://")
    if not name:
        raise UsageError(f"{reference}: no name", "docker ps shows the containers, docker images the images")
    deadline = Deadline(SECONDS)
    with ENGINES[scheme].connect(reference, deadline) as client, speaking(reference):
        try:
            if scheme.endswith("image"):
                return of_image(reference, client.inspect_image(name))
            found = client.inspect_container(name)
            return of_container(reference, found, client.inspect_image(found["Image"]))
        except NotFound:
            what, verb = ("image", "images") if scheme.endswith("image") else ("container", "ps -a")
            raise TargetError(
                f"{reference}: no such {what}", f"{ENGINES[scheme].tool} {verb} shows those that there are"
            ) from None
