"""What conda installed beside the Python packages: its cudatoolkit and its libraries have no metadata that pip would see."""

import os

from ..place import printable


def collect(host, section, options):
    """Record version and build of every package as `conda:NAME`, from the file names in conda-meta; nothing without conda."""
    folder = os.path.join(host.interpreter.base_prefix, "conda-meta")
    try:
        names = host.listdir(folder)
    except OSError as error:
        section.unknown("conda:*", "%s cannot be read: %s" % (host.place(folder), error.strerror))
        return
    for name in names:
        parts = name[: -len(".json")].rsplit("-", 2)
        if name.endswith(".json") and len(parts) == 3:
            section.known("conda:" + printable(parts[0]), printable(" ".join(parts[1:])))
