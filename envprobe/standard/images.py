"""The image of a plan on an engine: there, pulled, or built on top of one; and what programs an image has."""

from __future__ import annotations

import json
import re
import secrets
import shlex
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..error import TargetError, UsageError
from ..progress import Progress
from ..redaction import redact
from ..targets.host_config import entries_of
from ..targets.interruption import make, orderly_end, undone
from ..targets.packed import pack
from .container import remove
from .network import certificates, proxies
from .recipe import ImageRecipe

if TYPE_CHECKING:
    from docker import APIClient

RECIPE_LABEL = "org.envprobe.recipe"
BASE_LABEL = "org.envprobe.base"
BUILD = "/run/envprobe-build"
INDEXES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST")
"""Variables that say to pip here where packages are; there may be passwords in them."""
POLL_S = 0.1
BUILD_LIMIT_S = 3600
COMMIT_S = 120
"""How long an interrupted build waits to hear whether its image was made, which the caller then removes."""
PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
"""What the kernel calls a processor, and what images call it."""
NOISE = re.compile(r"\[notice\]|Retrying \(Retry\(total=[1-9]")
"""Of pip: an advertisement, and every try but the last."""
NO_SPACE = "the engine's disk is full; see what takes it: docker system df"
PROXY = (
    "the engine pulls by itself: its own proxy is set where it runs (`http-proxy` in daemon.json from Engine 23, before that the"
    " environment of its service), and its own certificates lie in /etc/docker/certs.d"
)


def inspected(client: APIClient, name: str) -> dict[str, Any] | None:
    """Return an image's inspect document; None where there is none of that name."""
    from docker.errors import NotFound

    try:
        found: dict[str, Any] = client.inspect_image(name)
    except NotFound:
        return None
    return found


def other_processor(image: Mapping[str, Any], architecture: str) -> str:
    """Return why an image cannot be run as it is on an engine, by what `docker info` calls its processor; empty where it can."""
    made_for, here = str(image.get("Architecture") or ""), PROCESSORS.get(architecture, architecture)
    return "" if not made_for or not here or made_for == here else f"is made for {made_for}, and this engine runs on {here}"


def pull(client: APIClient, image: str, platform: str, progress: Progress) -> None:
    """Pull an image. Raises TargetError with what stands in the way; what has come is kept by the engine for the next try."""
    from docker.errors import APIError, NotFound

    name, _, tag = image.partition("@") if "@" in image else image.rpartition(":")
    layers: dict[str, tuple[int, int]] = {}
    try:
        for row in client.pull(name, tag=tag or None, platform=platform or None, stream=True, decode=True):
            if error := row.get("error"):
                raise _not_pulled(image, str(error))
            detail = row.get("progressDetail") or {}
            if row.get("id") and detail.get("total") and row.get("status") == "Downloading":
                layers[row["id"]] = (int(detail["current"]), int(detail["total"]))
            done, all_of_it = (sum(pair[index] for pair in layers.values()) for index in (0, 1))
            progress(f"pulling {image}: {done >> 20} of {all_of_it >> 20} MB" if layers else f"pulling {image}")
    except (NotFound, APIError) as error:
        raise _not_pulled(image, str(error.explanation or error)) from None


def _not_pulled(image: str, words: str) -> TargetError:
    said = " ".join(words.split())[:300]
    for sign, hint in (
        ("no space left", NO_SPACE),
        ("manifest unknown", f"is the tag right? {image}"),
        ("not found", f"is the name right? {image}"),
        ("no matching manifest", "the image is not made for this engine's processor; --platform is for images that are"),
        ("denied", "is the name right, and does it need `docker login`?"),
        ("certificate", PROXY),
        ("proxyconnect", PROXY),
        ("timeout", PROXY),
        ("lookup", PROXY),
        ("dial tcp", PROXY),
    ):
        if sign in said.lower():
            return TargetError(f"{image}: cannot be pulled: {said}", hint)
    return TargetError(f"{image}: cannot be pulled: {said}", f"docker pull {image} says more")


def has_program(client: APIClient, image: Mapping[str, Any], program: str) -> bool:
    """Tell whether an image has a program on its PATH; a container of it is made, never started, and removed."""
    from docker.errors import NotFound

    path = next((row[5:] for row in (image.get("Config") or {}).get("Env") or () if row.startswith("PATH=")), "/usr/bin:/bin")
    name = f"envprobe-{secrets.token_hex(8)}"
    with orderly_end(), undone(lambda: remove(client, name)):
        make(lambda: client.create_container_from_config({"Image": image["Id"], "Cmd": ["true"], "Entrypoint": []}, name))
        for folder in path.split(":"):
            with suppress(NotFound):
                stream, _ = client.get_archive(name, f"{folder}/{program}")
                stream.close()
                return True
        return False


def is_derived(client: APIClient, recipe: ImageRecipe, base: Mapping[str, Any]) -> bool:
    """Tell whether a recipe's image is there, made of the base that has the name now."""
    there = inspected(client, recipe.tag)
    return there is not None and ((there.get("Config") or {}).get("Labels") or {}).get(BASE_LABEL) == _content(recipe, base)


def _content(recipe: ImageRecipe, base: Mapping[str, Any]) -> str:
    return recipe.base_content or str(base["Id"])


def derive(client: APIClient, recipe: ImageRecipe, progress: Progress, environ: Mapping[str, str]) -> None:
    """Build a recipe's image where there is none of it yet: its script runs in a container of the base, which is committed.

    Proxies and certificates reach the script through files that are gone before the commit: no layer, no history has them.
    Raises TargetError with the end of what the script printed.
    """
    base = inspected(client, recipe.base)
    if base is None:  # the caller has pulled it: somebody removed it since
        raise TargetError(f"{recipe.base}: there is no such image here any more", f"docker pull {recipe.base}")
    if is_derived(client, recipe, base):
        return
    name = f"envprobe-build-{recipe.digest[-12:]}-{secrets.token_hex(4)}"
    config = {"Image": base["Id"], "Entrypoint": [], "Cmd": ["/bin/sh", f"{BUILD}/run"], "User": "0:0", "Tty": True}
    config["Env"] = entries_of(recipe.environment)
    config["HostConfig"] = {
        "NetworkMode": "host" if recipe.steps else "none"
    }  # a proxy on this machine's own loopback is reached, too
    with orderly_end(), undone(lambda: remove(client, name)):
        make(lambda: client.create_container_from_config(config, name))
        client.put_archive(name, "/", _context(recipe, environ))
        make(lambda: client.start(name))
        _wait(client, name, recipe, progress)
        progress("keeping the image")
        repository, _, tag = recipe.tag.rpartition(":")
        make(lambda: client.commit(name, repository, tag, changes=_changes(base, recipe)), COMMIT_S)


def _wait(client: APIClient, name: str, recipe: ImageRecipe, progress: Progress) -> None:
    end = time.monotonic() + BUILD_LIMIT_S
    what = "Jupyter" if any(pin.startswith("notebook==") for pin in recipe.packages) else "packages"
    progress(f"adding {'sshd' if recipe.has_ssh else what} to {recipe.called}, once")
    while (state := client.inspect_container(name)["State"])["Running"]:
        if time.monotonic() > end:
            raise TargetError(f"{recipe.called}: what is added to it took more than an hour", "is the network there?")
        time.sleep(POLL_S)
    if state["ExitCode"]:
        raise _not_built(recipe, client.logs(name, tail=12).decode("utf-8", "replace"))


def _not_built(recipe: ImageRecipe, words: str) -> TargetError:
    rows = [row.strip() for row in redact(words).splitlines() if row.strip() and not NOISE.search(row)]
    said = "\n".join(f"  {row[:300]}" for row in rows[-6:])
    hint = "it runs with the network of this machine: HTTPS_PROXY, and SSL_CERT_FILE for a company's certificate, are passed on"
    if "apt-get: not found" in words:
        hint = "packages of the distribution are added by apt: name an image of Debian or Ubuntu"
    elif "No module named pip" in words or "python3: not found" in words:
        hint = "Python packages are added by the image's own python3 and pip, and one of them is missing"
    elif "CERTIFICATE_VERIFY_FAILED" in words or "certificate verify failed" in words:
        hint = (
            "a proxy shows a certificate of its own: let SSL_CERT_FILE name the bundle that has its authority, and type it again"
        )
    elif "ProxyError" in words or "Tunnel connection failed" in words:
        hint = "the proxy refuses: HTTPS_PROXY here, or proxies.default in ~/.docker/config.json, names it"
    elif "No space left" in words:
        hint = NO_SPACE
    elif "ResolutionImpossible" in words or "conflict" in words:
        hint = "what the image has stays as it is; ask for versions that fit it in `packages`"
    return TargetError(f"{recipe.called}: what is to be added to it cannot be installed:\n{said}", hint)


def _context(recipe: ImageRecipe, environ: Mapping[str, str]) -> bytes:
    """Return the files of a build as a tar."""
    bundle = certificates(environ)
    given = {**proxies(environ), **{name: environ[name] for name in INDEXES if environ.get(name)}}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in given.items()]
    if bundle:
        inside = f"{BUILD}/certificates.pem"
        lines += [f"export {name}={inside}" for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")]
        lines += [f"printf 'Acquire::https::CaInfo \"{inside}\";\\n' >/etc/apt/apt.conf.d/00envprobe 2>/dev/null || :"]
    lines.append("export PIP_NO_COLOR=1")  # its words are shown where colours are signs
    after = f"rm -rf {BUILD} /etc/apt/apt.conf.d/00envprobe"
    files = {
        "run": "\n".join([*lines, f"/bin/sh {BUILD}/script", "status=$?", after, "exit $status", ""]),
        "script": recipe.script,
    }
    whole = {**{name: text.encode() for name, text in files.items()}, "certificates.pem": bundle}
    return pack({f"{BUILD[1:]}/{name}": data for name, data in whole.items()})


def _changes(base: Mapping[str, Any], recipe: ImageRecipe) -> list[str]:
    """Return what puts back the base's own settings: the build's are not to become the image's.

    The engine takes an empty one for `as in the container`, which therefore has no entry point.
    """
    config = base.get("Config") or {}
    entry = config.get("Entrypoint") or []
    return [
        *([f"ENTRYPOINT {json.dumps(entry)}"] if entry else []),
        f"CMD {json.dumps(config.get('Cmd') or ['/bin/sh'])}",
        f"USER {config.get('User') or '0:0'}",
        f"LABEL {RECIPE_LABEL}={recipe.digest} {BASE_LABEL}={_content(recipe, base)}",
    ]


def may_pull(image: str, wanted: bool, ask: Callable[[str], bool] | None, warnings: list[str]) -> None:
    """Return where an image may be pulled. Raises UsageError where nobody said so."""
    words = "".join(f"{row}\n" for row in warnings)
    if wanted or (ask is not None and ask(f"{words}{image} is not here. Pull it?")):
        return
    tag = re.sub(r"[^\x21-\x7e]", "", image)
    raise UsageError(f"{image}: there is no such image here", f"{words}pull it: envprobe up --pull; or docker pull {tag}")
