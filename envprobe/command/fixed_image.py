"""The image on top of a target's that has what a baseline has, removed again where what follows fails."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..error import TargetError
from ..fact import canonical, sha256
from ..progress import Progress
from ..redaction import redact_arguments
from ..standard import images
from ..standard.recipe import ImageRecipe
from ..targets.address import Address
from ..targets.copy import config_of, layer_kept
from ..targets.image import settings
from ..targets.interruption import undone
from ..targets.setting import Changes
from ..trial.laboratory import ENGINES

if TYPE_CHECKING:
    from docker import APIClient

QUIET = "export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore"


class Start(NamedTuple):
    """What a copy is made of, and how it is started."""

    image: Mapping[str, Any]
    """The inspect document of the image."""
    name: str
    """What names it."""
    config: dict[str, Any]
    """The create document, without the image's own variables."""
    container: Mapping[str, Any] | None
    """The inspect document of the container, if it is one."""


def start_of(client: APIClient, address: Address) -> Start:
    if not ENGINES[address.scheme][1]:
        return Start(client.inspect_image(address.place), address.place, dict(settings(address, os.environ)), None)
    container = client.inspect_container(address.place)
    image = client.inspect_image(container["Image"])
    words = [*(container["Config"].get("Entrypoint") or ()), *(container["Config"].get("Cmd") or ())]
    if redact_arguments(words) != words:
        hint = f"name its image in place of the container, or type what is printed: envprobe fix {address.reference}"
        raise TargetError(f"{address.reference}: its command may hold a secret, which an image of it would keep", hint)
    config = config_of(container)
    own = (image.get("Config") or {}).get("Env") or []
    config["Env"] = [entry for entry in config["Env"] if entry not in own]
    tags = image.get("RepoTags") or []
    name = container["Config"]["Image"]
    return Start(image, name if name in tags else str(container["Image"]), config, container)


@contextmanager
def image_for(
    client: APIClient, start: Start, todo: Sequence[str], variables: Mapping[str, str | None], say: Progress
) -> Iterator[str]:
    """Give the name of an image that has what is to be in it: the target's own where that is all, else one on top of it.

    One that was made is removed again where what follows fails.
    """
    if not todo and not variables:
        yield start.name
        return
    commands = (QUIET, *todo) if todo else ()
    with ExitStack() as stack:
        base, content = str(start.image["Id"]), ""
        if start.container is not None:
            say("keeping the container's files")
            base = stack.enter_context(layer_kept(client, start.name, start.container, start.image))
            layers = client.inspect_image(base)["RootFS"]["Layers"]
            content = sha256(canonical([str(start.image["Id"]), layers]))
        recipe = ImageRecipe(
            base=base, base_content=content, base_name=start.name, commands=commands, environment=dict(variables)
        )
        if images.inspected(client, recipe.tag) is None:
            stack.enter_context(undone(lambda: _remove(client, recipe.tag), on_failure=True))
        images.derive(client, recipe, say, os.environ)
        yield recipe.tag


def variables_of(start: Start, changes: Changes) -> dict[str, str | None]:
    """Return what the image itself sets; null for what its base sets and the baseline does not have."""
    there = {entry.partition("=")[0] for entry in (start.image.get("Config") or {}).get("Env") or ()}
    wanted = {about: words for (option, about), words in changes.items() if option == "--env"}
    return {
        name: words[0].partition("=")[2] if words else None
        for name, words in wanted.items()
        if words is not None or name in there
    }


def _remove(client: APIClient, tag: str) -> None:
    from docker.errors import DockerException, NotFound
    from requests.exceptions import RequestException

    try:
        client.remove_image(tag, force=True)
    except NotFound:
        return
    except (DockerException, RequestException, OSError) as error:
        raise TargetError(f"{tag}: the engine does not remove it: {error}", f"when it answers again: docker rmi {tag}") from None
