"""The head of a METADATA or PKG-INFO file, and names as PEP 503 compares them."""

import re

HEAD_BYTES = 4096
_LIMIT_BYTES = 1 << 20
_HEADER = re.compile(r"(?mi)^(name|version)[ \t]*:[ \t]*(\S[^\r\n]*?)[ \t]*\r?$")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_SEPARATORS = re.compile(r"[-_.]+")
_PYTHON_TAG = re.compile(r"-py\d[\d.]*(-[\w.]+)?$")


def normal_name(name):
    """Return the PEP 503 spelling of a distribution's name."""
    return _SEPARATORS.sub("-", name).lower()


def name_and_version(entry, relative):
    """Return (name, version) from the headers of a metadata file; each is empty where the file does not say.

    Reads on only while the headers go on and one of the two is still missing: a METADATA is mostly its description.
    """
    size_bytes = HEAD_BYTES
    while True:
        data = entry.read(relative, size_bytes)
        if data is None:
            return "", ""
        head = _HEAD_END.split(data, 1)[0]
        if len(head) == len(data) == size_bytes:
            head = head[: head.rfind(b"\n") + 1]  # the last line may have been cut
        found = {}
        for key, value in _HEADER.findall(head.decode("utf-8", "backslashreplace")):
            found.setdefault(key.lower(), value[:200])
        if len(found) == 2 or len(data) < size_bytes or b"\n\n" in data or b"\r\n\r\n" in data or size_bytes >= _LIMIT_BYTES:
            return found.get("name", ""), found.get("version", "")
        size_bytes *= 16


def from_folder_name(folder, known=""):
    """Return (name, version) as `six-1.16.0.dist-info`, `six-1.16.0-py3.9.egg-info` or `six.egg-info` spell them.

    `known` is the name that the metadata says: some installers keep its dashes in the folder's name.
    """
    stem = _PYTHON_TAG.sub("", folder.rsplit(".", 1)[0])
    if known and normal_name(stem).startswith(normal_name(known) + "-") and len(stem) > len(known) and stem[len(known)] == "-":
        return stem[: len(known)], stem[len(known) + 1 :]
    name, _, version = stem.partition("-")
    return name, version
