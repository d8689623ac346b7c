"""What stands in the way of an image, in words that say what to type."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import msgspec
import pytest

from envprobe.fact import canonical, sha256
from envprobe.standard import images
from envprobe.standard.recipe import ImageRecipe

RECIPE = ImageRecipe(base="team/train:1.4.0", packages=("pandas==1.4.2",))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("failed to register layer: write /x: no space left on device", "docker system df"),
        ("manifest for tensorflow/tensorflow:2.9.99 not found: manifest unknown", "is the tag right?"),
        ("pull access denied for x, repository does not exist or may require 'docker login'", "docker login"),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "processor"),
        ("Get https://registry-1.docker.io/v2/: x509: certificate signed by unknown authority", "certs.d"),
        ("proxyconnect tcp: dial tcp: lookup proxy: no such host", "daemon.json"),
        ("Get https://registry-1.docker.io/v2/: net/http: TLS handshake timeout", "daemon.json"),
        ("something else", "docker pull"),
    ],
)
def test_a_pull_that_fails_names_the_way_out(words: str, hint: str) -> None:
    """Each of the engine's own words has its own."""
    error = images._not_pulled("team/train:1.4.0", words)
    assert words in error.message and hint in error.hint


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("/bin/sh: 4: apt-get: not found", "Debian or Ubuntu"),
        ("/usr/bin/python3: No module named pip", "pip"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self signed'))", "SSL_CERT_FILE"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))", "HTTPS_PROXY"),
        ("OSError: [Errno 28] No space left on device", "docker system df"),
        ("ERROR: ResolutionImpossible: for help visit https://pip.pypa.io", "versions that fit"),
        ("Temporary failure in name resolution", "the network of this machine"),
    ],
)
def test_a_build_that_fails_names_the_way_out(words: str, hint: str) -> None:
    """With the last of what pip or apt said, and without its secrets."""
    error = images._not_built(RECIPE, f"first\nhttps://ann:{'s3cr3t' * 3}@index.example/simple\n{words}\n")
    assert words in error.message and hint in error.hint
    assert "s3cr3t" not in error.message


def test_the_tries_of_a_build_are_one_fault() -> None:
    """The last of them is shown, and what pip says of its own releases is not."""
    tries = "".join(f"WARNING: Retrying (Retry(total={left}, connect=None)) after ProxyError\n" for left in (4, 3, 0))
    error = images._not_built(RECIPE, f"{tries}ERROR: none\n[notice] A new release of pip\n")
    assert error.message.splitlines()[1:] == [
        "  WARNING: Retrying (Retry(total=0, connect=None)) after ProxyError",
        "  ERROR: none",
    ]


@pytest.mark.parametrize(
    ("image", "engine", "is_other"),
    [
        ("amd64", "x86_64", False),
        ("arm64", "aarch64", False),
        ("amd64", "aarch64", True),
        ("arm64", "x86_64", True),
        ("", "x86_64", False),
    ],
)
def test_another_processor_is_named(image: str, engine: str, is_other: bool) -> None:
    """An image of another family runs under an emulator, if at all."""
    assert bool(images.other_processor({"Architecture": image}, engine)) is is_other


def test_proxies_and_certificates_are_gone_after_a_build(tmp_path_factory: pytest.TempPathFactory) -> None:
    """They are in files that the build removes, and in none of its settings."""
    bundle = tmp_path_factory.mktemp("ca") / "own.pem"
    bundle.write_text("own authority")
    environ = {"SSL_CERT_FILE": str(bundle), "HTTPS_PROXY": "http://ann:pw@proxy:3128", "DOCKER_CONFIG": str(bundle.parent)}
    with tarfile.open(fileobj=io.BytesIO(images._context(RECIPE, environ))) as archive:
        names = archive.getnames()
        run = archive.extractfile(next(name for name in names if name.endswith("/run"))).read().decode()  # type: ignore[union-attr]
    assert all(name.startswith("run/envprobe-build/") for name in names)
    assert "export HTTPS_PROXY=http://ann:pw@proxy:3128" in run and "rm -rf /run/envprobe-build" in run
    assert "proxy" not in RECIPE.script and "own authority" not in RECIPE.script


def test_nobody_pulls_unasked() -> None:
    """Neither a script nor somebody who says no."""
    for ask in (None, lambda words: False):
        with pytest.raises(Exception, match="no such image here"):
            images.may_pull("team/train:1.4.0", False, ask, ["slow here"])
    images.may_pull("team/train:1.4.0", True, None, [])
    images.may_pull("team/train:1.4.0", False, lambda words: "slow here" in words, ["slow here"])


def test_an_image_is_named_after_all_that_decides_what_is_in_it() -> None:
    """A variable, a command and what the base holds make another tag; what the base is called each time does not."""
    first = ImageRecipe(base="sha256:1", base_content="sha256:c", commands=("true",), environment={"A": None})
    assert first.tag == msgspec.structs.replace(first, base="sha256:2").tag
    changes: list[dict[str, Any]] = [{"base_content": "sha256:d"}, {"commands": ("false",)}, {"environment": {"A": ""}}]
    assert len({first.tag, *(msgspec.structs.replace(first, **change).tag for change in changes)}) == 4
    assert ImageRecipe(base="b").digest == sha256(canonical({"base": "b", "script": "set -eu\n"}))
