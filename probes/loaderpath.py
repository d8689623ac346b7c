"""Where the dynamic loader would look for a library: LD_LIBRARY_PATH, its cache, its configuration (ld.so(8))."""

import fnmatch
import os
import re

CACHE = "/etc/ld.so.cache"
CONFIGURATION = "/etc/ld.so.conf"
TRUSTED = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/lib/{arch}-linux-gnu", "/usr/lib/{arch}-linux-gnu")
INCLUDE_DEPTH = 4
CACHED_PATH = re.compile(rb"/[^\0]+/lib[^\0/]+\.so[^\0/]*")


def environment_folders(host):
    """Return the folders of LD_LIBRARY_PATH in order; an empty entry is the working folder, which is left out."""
    return [entry for entry in re.split("[:;]", host.environ.get("LD_LIBRARY_PATH", "")) if entry.startswith("/")]


def cached_paths(host):
    """Return the paths of the libraries in the loader's cache, in its order; an empty list where there is no cache."""
    try:
        cache = host.read_bytes(CACHE)
    except OSError:
        return []
    return [os.fsdecode(path) for path in CACHED_PATH.findall(cache)]


def configured(host):
    """Return the folders of ld.so.conf with its includes, in order."""
    return _read(host, CONFIGURATION, 0)


def configured_folders(host):
    """Return the folders of ld.so.conf with its includes, and the trusted ones, which need no configuration."""
    return configured(host) + [folder.format(arch=host.uname()[1]) for folder in TRUSTED]


def _read(host, path, depth):
    try:
        text = host.read_text(path, 1 << 16)
    except OSError:
        return []
    folders = []
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("include ") and depth < INCLUDE_DEPTH:
            folder, pattern = os.path.split(os.path.join(os.path.dirname(path), line[len("include ") :].strip()))
            for name in fnmatch.filter(host.listdir(folder), pattern):
                folders += _read(host, folder + "/" + name, depth + 1)
        elif line.startswith("/"):
            folders.append(line.split("=")[0].strip())
    return folders
