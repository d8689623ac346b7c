"""The code of an editable install: its RECORD lists a .pth file, and what import runs lies in somebody's project."""

import hashlib
import json
import os

from . import unrecorded
from .code_folder import digest as folder_digest
from .finder import finder_of
from .metadata import normal_name
from .stale_bytecode import StaleBytecode

COMPILED = (".so", ".pyd", ".py")
BUILT = ("build", "dist", "node_modules", "venv", "env", "tests", "docs")


def digest(package, host):
    """Return the digest of the project's own modules; an empty string where nothing says which they are."""
    parts, bytecode = [], host.once(StaleBytecode).of_one()
    modules = sorted(_modules(package, host)) or _whole_project(package)
    for name, path in modules:
        if os.path.isdir(path):
            parts.append("%s %s" % (name, folder_digest(path, bytecode).get("digest", "")))
        else:
            with open(path, "rb") as stream:
                data = stream.read()
            parts.append(("%s %s %s" % (name, hashlib.sha256(data).hexdigest(), bytecode.digest(path, data))).rstrip())
    parts += ["%s %s" % item for item in sorted(_built(package, host))]
    return "sha256:" + hashlib.sha256("\n".join(parts).encode("ascii", "backslashreplace")).hexdigest() if parts else ""


def _built(package, host):
    """Yield (name, digest) of what was built of a project and lies elsewhere: beside the metadata, or in meson's folder."""
    copy = package.copy
    for path in copy.record.paths() if copy.record else []:
        if ("/" in path and path.endswith(COMPILED)) or path.endswith(COMPILED[:2]):
            yield path, unrecorded.file_digest(os.path.join(copy.entry.path, path))
    for name, folder in host.interpreter.build_folders.items():
        if normal_name(name) == package.name:
            for path, place in _planned(host, os.path.join(folder, "meson-info", "intro-install_plan.json")):
                yield path, unrecorded.file_digest(place)


def _planned(host, path):
    """Yield (path among the packages, file) of the extension modules that meson would install."""
    try:
        plan = json.loads(host.read_text(path))
        targets = [(place, str(entry["destination"])) for place, entry in plan.get("targets", {}).items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        yield path.rpartition("/")[2], "unreadable"
        return
    for place, destination in targets:
        root, _, below = destination.partition("/")
        if root in ("{py_platlib}", "{py_purelib}") and below.endswith(COMPILED):
            yield below, place


def data_digest(package, host):
    """Return the digest of the other files in the project's own packages; an empty string where there are none."""
    return unrecorded.digest_of([item for item in _modules(package, host) if os.path.isdir(item[1])], unrecorded.is_data)


def _whole_project(package):
    """Return all modules and folders of a project of which nothing says which are installed: no finder that can be read."""
    try:
        names = sorted(os.listdir(package.source))
    except OSError:
        return []
    paths = [(name, os.path.join(package.source, name)) for name in names if name not in BUILT and not name.startswith(".")]
    return [(name, path) for name, path in paths if os.path.isdir(path) or name.endswith((".py", ".so"))]


def _modules(package, host):
    """Yield (module, path) of what import finds in the project: by a finder of setuptools, or in a folder on the path."""
    redirected = [(name, _top(path)) for name, path in host.interpreter.editable_modules.items() if "." not in name]
    redirected = [(name, path) for name, path in redirected if package.is_in_source(path) and os.path.exists(path)]
    for item in redirected:
        yield item
    if redirected:
        return
    finder, named = finder_of(host), package.copy.named_modules()
    for entry in finder.entries:
        if package.is_in_source(entry.path):
            for stem in named or _likely(entry, package, finder):
                found = finder.find_in(entry, stem)
                if found:
                    yield stem, found.path


def _top(path):
    """Return the folder of a package of which a finder names the __init__ file."""
    return os.path.dirname(path) if os.path.basename(path).startswith("__init__.") else path


def _likely(entry, package, finder):
    """Return the modules that are probably the project's own: the one that has its name, or every package in the folder."""
    stems = entry.stems(finder.suffixes)
    alike = package.name.replace("-", "_")
    if alike in stems:
        return [alike]
    return [stem for stem in stems if entry.is_file(stem + "/__init__.py")]
