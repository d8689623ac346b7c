"""What the name of an image says: its repository, its tag, whether that stays what it is, and what is known to be in it."""

from __future__ import annotations

import re

import msgspec

FLOATING = re.compile(
    r"(?:^|[-_.])(?:latest|nightly|edge|rolling|devel|dev|main|master|head|stable|lts|mainline|current|snapshot|unstable|testing)(?:$|[-_.])"
)
FLAVOUR = re.compile(r"^v?\d+\.\d+\.\d+[-_.].*?(?:devel|lts|stable|mainline)(?:$|[-_.])")
"""Behind a full version such a word says how an image is made: `12.1.0-cudnn8-devel`."""
DATE_OR_COMMIT = re.compile(r"(?:^|[-_.])(?:\d{8}|\d{4}[-.]\d{2}(?:[-.]\d{2})?|[0-9a-f]{7,40})(?:$|[-_.])")
SYSTEMS = ("ubuntu", "debian", "fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "alpine", "opensuse", "oraclelinux")
"""Distributions: their versions have one or two parts, and are kept as compatible as they can be."""
CODENAMES = ["xenial", "bionic", "focal", "jammy", "noble", "stretch", "buster", "bullseye", "bookworm", "trixie", "sid"]
TWO_PARTS = ("postgres", "mongo", "cuda", "pytorch-notebook")
NUMPY = re.compile(r"\d+(?:\.\d+)*")


class ImageName(msgspec.Struct, frozen=True):
    """A reference, taken apart."""

    repository: str
    """Without Docker Hub's own host and `library/`."""
    tag: str
    digest: str

    @property
    def last(self) -> str:
        """The last part of the repository."""
        return self.repository.rpartition("/")[2]

    @property
    def version(self) -> str:
        """The number in the tag, `2.9.0` of `2.9.0-gpu-jupyter`; empty where there is none."""
        found = NUMPY.search(self.tag)
        return found[0] if found else ""


def parse(text: str) -> ImageName:
    """Take a reference apart; nothing is looked up."""
    name, _, digest = text.partition("@")
    head, slash, tail = name.rpartition("/")
    tail, _, tag = tail.partition(":")
    repository = head + slash + tail
    for host in ("docker.io/", "index.docker.io/", "registry-1.docker.io/", "library/"):
        repository = repository.removeprefix(host)
    return ImageName(repository, tag, digest)


def floats(image: ImageName) -> tuple[str, str]:
    """Return how much it matters that a tag may be another image tomorrow, and why; two empty texts where it is pinned."""
    if image.digest:
        return "", ""
    if not image.tag:
        return "fail", "no tag means latest, and latest is another image tomorrow"
    tag = image.tag.lower()
    if FLOATING.search(tag) and not FLAVOUR.search(tag):
        return "fail", f"the tag {image.tag} moves: it is another image tomorrow"
    if DATE_OR_COMMIT.search(tag):
        return "", ""
    if image.repository.startswith("nvcr.io/nvidia/") and image.version:
        return "", ""  # NVIDIA's number a month, which it does not build anew
    parts = image.version.count(".") + 1 if image.version else 0
    if image.last in SYSTEMS:
        return ("", "") if parts else ("note", f"the tag {image.tag} names a release, whose image is built anew every month")
    if parts == 0:
        is_release = tag in CODENAMES
        return "note" if is_release else "warn", f"the tag {image.tag} has no version, so nobody knows which image it will be"
    if parts == 1:
        return "warn", f"the tag {image.tag} names a major version: each release of it moves the tag"
    if parts == 2 and is_three_part(image):
        return "warn", f"the tag {image.tag} has no third number: each patch release moves it"
    if parts == 2 and image.last not in TWO_PARTS:
        return "note", f"the tag {image.tag} has two numbers; if the project has patch releases, they move it"
    return "", ""


def is_three_part(image: ImageName) -> bool:
    return image.last in (
        "python",
        "tensorflow",
        "pytorch",
        "node",
        "golang",
        "tensorflow-cpu",
        "serving",
        "miniconda3",
        "anaconda3",
    )


def is_tensorflow(image: ImageName) -> bool:
    """Tell whether it is the official TensorFlow image, or a mirror's copy of it."""
    return image.repository.endswith("tensorflow/tensorflow")


def is_gpu(image: ImageName) -> bool:
    """Tell whether an image is made for GPUs, by its name."""
    words = re.split(r"[-_.:/]", f"{image.repository}:{image.tag}".lower())
    is_cuda = any(re.fullmatch(r"(?:cuda|cudnn|cu\d{2,3}|cudnn\d|gpu|rocm|cuda\d+)", word) for word in words)
    is_nvidia = "nvcr.io/nvidia/" in image.repository
    return is_nvidia or (is_cuda and not any(word == "cpu" for word in words))


def is_machine_learning(image: ImageName) -> bool:
    """Tell whether people work in such an image: their results would be lost with the container."""
    return (
        re.search(r"tensorflow|pytorch|jupyter|notebook|keras|\bjax\b|cuda|torch|rstudio|datascience", image.repository)
        is not None
    )


def has_jupyter(image: ImageName) -> bool | None:
    """Tell whether an image starts Jupyter; None where its name does not say."""
    if is_tensorflow(image) and image.version:
        return "jupyter" in image.tag
    if re.search(r"jupyter|notebook|jupyterlab", f"{image.repository}:{image.tag}"):
        return True
    if image.last in (*SYSTEMS, "python", "cuda", "redis", "postgres", "nginx", "node"):
        return False
    return None
