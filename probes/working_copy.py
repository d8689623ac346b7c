"""The code of an editable install: its RECORD lists a .pth file, and what import runs lies in somebody's project."""

import hashlib
import os

from .code_folder import digest as folder_digest
from .finder import finder_of


def digest(package, host):
    """Return the digest of the project's own modules; an empty string where nothing says which they are."""
    parts = []
    for name, path in sorted(_modules(package, host)):
        if os.path.isdir(path):
            parts.append("%s %s" % (name, folder_digest(path).get("digest", "")))
        else:
            with open(path, "rb") as stream:
                parts.append("%s %s" % (name, hashlib.sha256(stream.read()).hexdigest()))
    return "sha256:" + hashlib.sha256("\n".join(parts).encode("ascii", "backslashreplace")).hexdigest() if parts else ""


def _modules(package, host):
    """Yield (module, path) of what import finds in the project: by a finder of setuptools, or in a folder on the path."""
    for name, path in host.interpreter.editable_modules.items():
        if package.is_in_source(path) and os.path.exists(path):
            yield name, path
    finder, named = finder_of(host), package.copy.named_modules()
    for entry in finder.entries:
        if package.is_in_source(entry.path):
            for stem in named or _likely(entry, package, finder):
                found = finder.find_in(entry, stem)
                if found:
                    yield stem, found.path


def _likely(entry, package, finder):
    """Return the modules that are probably the project's own: the one that has its name, or every package in the folder."""
    stems = entry.stems(finder.suffixes)
    alike = package.name.replace("-", "_")
    if alike in stems:
        return [alike]
    return [stem for stem in stems if entry.is_file(stem + "/__init__.py")]
