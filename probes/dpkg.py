"""Which files Debian's package manager put below dist-packages, where apt's have no RECORD, and its digests of files."""

import os

_INFO = "/var/lib/dpkg/info"
_MARK = b"/dist-packages/"


def owns(host, path):
    """Tell whether dpkg installed a file, or anything in a folder."""
    entry = os.path.dirname(path)
    return entry.startswith("/usr/lib/python") and path in host.once(owned_paths)


def owned_paths(host):
    """Return every path right below a dist-packages folder that a package lists, read from dpkg's file lists."""
    found = set()
    for name in host.listdir(_INFO):
        if name.endswith(".list"):
            found.update(_top(line) for line in _lines(host, name))
    return {path.decode("utf-8", "surrogateescape") for path in found}


def sums(host):
    """Return path to MD5 digest in hexadecimal, both as bytes, of what dpkg installed below a dist-packages folder."""
    found = {}
    for name in host.listdir(_INFO):
        if name.endswith(".md5sums"):
            for line in _lines(host, name, b"dist-packages/"):
                digest, _, path = line.partition(b"  ")
                found[b"/" + path] = digest
    return found


def sum_of(host, path, packages):
    """Return the MD5 digest in hexadecimal of one file, from packages whose names begin so; empty where none has one."""
    spelled = os.fsencode(path)
    merged = spelled[len(b"/usr/") :] if spelled.startswith(b"/usr/") else b"usr" + spelled  # /bin is a link into /usr
    for name in host.listdir(_INFO):
        if name.startswith(packages) and name.endswith(".md5sums"):
            for line in _lines(host, name, os.path.basename(spelled)):
                digest, _, there = line.partition(b"  ")
                if there in (spelled[1:], merged):
                    return digest.decode("ascii", "replace")
    return ""


def _lines(host, name, mark=_MARK):
    """Return the lines of a file list that hold `mark`, a dist-packages folder; none of a list that cannot be read."""
    try:
        data = host.read_bytes(_INFO + "/" + name)
    except OSError:
        return []
    return [line for line in data.split(b"\n") if mark in line] if mark in data else []


def _top(line):
    folder, mark, rest = line.partition(_MARK)
    return folder + mark + rest.split(b"/", 1)[0]
