"""List the files that globs name, with what tells whether a file was written since. Runs alone: `python -c SOURCE GLOB…`."""

import glob
import json
import os
import stat
import sys

LIMIT = 10000
WILD = frozenset("*?[")


def list_files(patterns):
    """Return `{"files": {name: [path, bytes, mtime_ns, ctime_ns, inode]}, "globs": [[name, ...], ...]}`.

    Files are the regular ones that match and those of folders that match; `globs` says which of them each glob found. A name is
    relative to the current folder, for an absolute glob to the folder in front of its first wild card, so that it is the same
    wherever that folder lies.
    """
    files, found = {}, []
    for pattern in patterns:
        names = []
        top = _fixed_folder(pattern) if os.path.isabs(pattern) else os.getcwd()
        for match in sorted(glob.glob(pattern, recursive=True)):
            for path in _files(match):
                status = os.stat(path)
                if len(files) < LIMIT and stat.S_ISREG(status.st_mode):
                    name = os.path.relpath(os.path.abspath(path), top)
                    files[name] = [os.path.realpath(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
                    names.append(name)
        found.append(names)
    return {"files": files, "globs": found}


def _fixed_folder(pattern):
    folder = os.path.dirname(pattern)
    while WILD.intersection(folder):
        folder = os.path.dirname(folder)
    return folder


def _files(match):
    """Yield a file itself, or the files below a folder; links to folders are not followed there."""
    if not os.path.isdir(match):
        if os.path.exists(match):
            yield match
        return
    for folder, folders, names in os.walk(match):
        folders.sort()
        for name in sorted(names):
            if os.path.exists(os.path.join(folder, name)):
                yield os.path.join(folder, name)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(list_files(sys.argv[1:])))
