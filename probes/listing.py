"""List the files that globs name, with what tells whether a file was written since. Runs alone: `python -c SOURCE GLOB…`."""

import fnmatch
import json
import os
import stat
import sys

LIMIT = 100000
WILD = frozenset("*?[")
ANY_DEPTH = "**"


def list_files(patterns):
    """Return `{"files": {name: [path, bytes, mtime_ns, ctime_ns, inode]}, "globs": [[name, ...], ...], "dangling": [name, ...]}`.

    Files are the regular ones that match and those of folders that match; `globs` says which of them each glob found. A name is
    relative to the current folder, for an absolute glob to the folder in front of its first wild card, so that it is the same
    wherever that folder lies. Links to folders are followed only where the glob names them; a link to a file that matches by its
    own name is no second output; one that leads nowhere is dangling.
    """
    files, found, dangling = {}, [], []
    for pattern in patterns:
        names = []
        top = _fixed_folder(pattern) if os.path.isabs(pattern) else os.getcwd()
        matches = sorted({path for match in expand(pattern) for path in _files(match, pattern)})
        own = {os.path.realpath(path) for path in matches if not os.path.islink(path)}
        for path in matches:
            name = os.path.relpath(os.path.abspath(path), top)
            if not os.path.exists(path):
                dangling.append(name)
                continue
            status = os.stat(path)
            real = os.path.realpath(path)
            if os.path.islink(path) and real in own:
                continue
            own.add(real)
            if len(files) < LIMIT and stat.S_ISREG(status.st_mode):
                files[name] = [real, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
                names.append(name)
        found.append(names)
    return {"files": files, "globs": found, "dangling": sorted(set(dangling))}


def expand(pattern):
    """Yield the paths that match a glob, links that lead nowhere too; `**` is any number of folders that are no links."""
    drive = "/" if os.path.isabs(pattern) else ""
    return _expand(drive, [part for part in pattern.split("/") if part not in ("", ".")])


def _expand(folder, parts):
    if not parts:
        if folder:
            yield folder
        return
    part, rest = parts[0], parts[1:]
    if part == ANY_DEPTH:
        for path in _expand(folder, rest or ["*"]):
            yield path
        for name in _names(folder):
            path = os.path.join(folder, name)
            if not name.startswith(".") and os.path.isdir(path) and not os.path.islink(path):
                for found in _expand(path, parts):
                    yield found
    elif WILD.intersection(part):
        for name in _names(folder):
            if fnmatch.fnmatchcase(name, part) and (part.startswith(".") or not name.startswith(".")):
                path = os.path.join(folder, name)
                if not rest or (os.path.isdir(path) and not os.path.islink(path)):
                    for found in _expand(path, rest):
                        yield found
    else:
        path = os.path.join(folder, part)
        if os.path.isdir(path) if rest else os.path.lexists(path):
            for found in _expand(path, rest):
                yield found


def _names(folder):
    try:
        return sorted(os.listdir(folder or "."))
    except OSError:
        return []


def _fixed_folder(pattern):
    folder = os.path.dirname(pattern)
    while WILD.intersection(folder):
        folder = os.path.dirname(folder)
    return folder


def _files(match, pattern):
    """Yield a file itself, or the files below a folder; a link to a folder is looked into only where the glob ends in its name."""
    is_named = not WILD.intersection(os.path.basename(pattern.rstrip("/")))
    if not os.path.isdir(match) or (os.path.islink(match) and not is_named):
        if not os.path.isdir(match):
            yield match
        return
    for folder, folders, names in os.walk(match):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(folder, name)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(list_files(sys.argv[1:])))
