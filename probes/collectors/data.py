"""Digests of the inputs that were declared: files and folders, read once, in blocks."""

import os

from ..treedigest import digest_tree


def collect(host, section, options):
    """Record `NAME` for each declared path, spelled as it was declared (`NAME=PATH` gives it a name of its own).

    A folder's value is `{digest, files, bytes}`; symbolic links inside it count by their target's text and are not followed, and
    sockets, pipes and devices are named in `special` and never opened.
    """
    for declared in options.get("data") or ():
        name, equals, path = declared.partition("=")
        if not equals or host.exists(declared):
            name, path = declared, declared
        try:
            section.known(name, digest_tree(host.locate(path)))
        except FileNotFoundError:
            section.absent(name)
        except OSError as error:
            where = host.place(os.fsdecode(error.filename)) if error.filename else path
            section.unknown(name, "%s: %s" % (error.strerror or error, where))
