"""The standard library, one digest for each top-level module: sources, extension modules, and bytecode that says otherwise."""

import hashlib
import os

from .bytecode import shown
from .regular import Outside

# Not part of what a program computes with; _sysconfigdata names the folders that this Python was built in.
LEFT_OUT = frozenset(("__pycache__", "site-packages", "dist-packages", "lib-dynload", "test", "tests", "idlelib", "idle_test"))


def modules(folder):
    """Return module name to the list of its files (paths as bytes, sorted), from the library's folder and its lib-dynload."""
    found = {}
    for parent, names in ((folder, sorted(os.listdir(folder))), _dynload(folder)):
        for name in names:
            stem, dot, rest = name.partition(".")
            path = os.path.join(parent, name)
            if name in LEFT_OUT or stem.startswith("_sysconfigdata") or not stem.isidentifier():
                continue
            if rest.endswith(("py", "so")) and dot:
                found.setdefault(stem, []).append(os.fsencode(path))
            elif not dot and os.path.isdir(path):
                found.setdefault(stem, []).extend(_files(path))
    return {name: files for name, files in found.items() if files}


def _dynload(folder):
    folder = os.path.join(folder, "lib-dynload")
    try:
        return folder, sorted(os.listdir(folder))
    except OSError:  # built into the interpreter
        return folder, []


def _files(folder):
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        found += [os.fsencode(os.path.join(parent, name)) for name in names if name.endswith((".py", ".so"))]
    return sorted(found)


def digest(folder, files, reader, bytecode, proved=""):
    """Return (digest of one module's files, paths of its stale `.pyc`, digest of its sources each with its `.pyc`).

    Paths are relative to `folder` (bytes). `proved` is the last of these as it was where nothing was stale: where it is the same
    now, nothing is, and nothing has to be compiled to see that. Raises OSError or Refused where a file cannot be read. A link that
    leads out of this Python is followed, but for Debian's sitecustomize in /etc: the `python` section looks behind that.
    """
    if proved:
        found = _look(folder, files, reader, bytecode, is_judged=False)
        if found[2] == proved:
            return found
    return _look(folder, files, reader, bytecode, is_judged=True)


def _look(folder, files, reader, bytecode, is_judged):
    whole, pairs, stale = hashlib.sha256(), bytecode.pairs(), []
    for path in files:
        name = os.path.relpath(path, folder)
        try:
            real, status = reader.locate(path)
        except Outside:
            if os.path.basename(path) == b"sitecustomize.py":  # Debian's: `python.sitecustomize` looks behind the link
                whole.update(b"%s\0link\n" % name)
                continue
            real, status = reader.follow(path)
        source = reader.read(real, status.st_size)
        content = hashlib.sha256(source).hexdigest()
        used = bytecode.used(path, source, status) if path.endswith(b".py") else None
        if used:
            pyc, data = used
            pairs.update(b"%s\0%s\0" % (name, content.encode("ascii")) + hashlib.sha256(bytecode.body(data)).digest())
            if is_judged and bytecode.is_other(data, source):
                stale.append(shown(pyc, path, folder))
        whole.update(b"%s\0%s\n" % (name, content.encode("ascii")))
    return "sha256:" + whole.hexdigest(), stale, "sha256:" + pairs.hexdigest()
