"""Every distribution as import would resolve it: the first copy on sys.path wins."""

import os
import sys

from .. import dpkg, version
from ..entry import entries_of
from ..finder import finder_of
from ..inventory import packages_of
from ..place import printable

# Names that many projects have at their top level; another project's folder in front of them shadows no package.
EVERYBODYS = frozenset(
    (
        "bench",
        "benchmark",
        "benchmarks",
        "build",
        "conftest",
        "data",
        "doc",
        "docs",
        "example",
        "examples",
        "scripts",
        "setup",
        "src",
        "test",
        "tests",
        "tools",
        "utils",
    )
)
OTHER_INSTALLERS = {"conda": "conda", "debian": "dpkg", "rpm": "rpm"}  # what INSTALLER says of packages that came from no index
SOURCE_BYTES = 1 << 16


def collect(host, section, options):
    """Record version, origin, installer, place, RECORD, and what stands in front of or beside each distribution."""
    recorded = section.context.setdefault("recorded", {})  # for whoever looks at these files from outside
    real = {entry: os.path.realpath(entry.path) for entry in host.once(entries_of)}
    for package in host.once(packages_of):
        if package.copy.name:
            describe(package, host, section)
        if package.copy.record is not None:
            folder = os.path.join(real[package.copy.entry], package.copy.folder)
            recorded[printable(package.name)] = [printable(folder)] + sorted(printable(name) for name in package.copy.brought)
    for name in leftovers(host):
        section.known(printable(name) + ".broken", ["leftover of a failed uninstall"])
    problems = [entry.problem for entry in host.once(entries_of) if entry.problem]
    if problems:
        section.unknown("*", "; ".join(problems))


def describe(package, host, section):
    """Record the facts of one distribution."""
    copy, key = package.copy, printable(package.name) + "."
    if copy.version:
        section.known(key + "version", copy.version)
    else:
        section.unknown(key + "version", "%s says no version" % host.place(os.path.join(copy.entry.path, copy.folder)))
    section.known(key + "place", host.place(copy.entry.path))
    installer = copy.line("INSTALLER")
    found = {
        "origin": origin_of(package, installer, host),
        "url": url_of(package),
        "installer": installer,
        "record": copy.record.digest() if copy.record else "",
        "shadowed": [{"version": other.version, "place": host.place(other.entry.path)} for other in package.shadowed],
        "shadowed_by": shadowed_by(package, host),
        "source_version": contradicting_version(copy),
        "code": code_of(package, host),
        "data": data_of(package, host),
        "files": files_of(package, host),
        "broken": package.broken(host) + ["leftover %s" % printable(name) for name in leftovers_of(package, host)],
    }
    for name, value in found.items():
        if value:
            section.known(key + name, value)
    if package.source and not found["data"]:
        section.absent(key + "data")
    if copy.record is None and not (found["files"] or found["code"] or package.source or _is_dpkgs(copy, host)):
        section.unknown(key + "files", "it has no RECORD, and its modules are not found by its name")


def origin_of(package, installer, host):
    """Return the origin; an empty string where nothing records one."""
    copy = package.copy
    if package.url:
        from ..origin import describe as describe_origin

        return printable(describe_origin(package.url))
    if is_egg_link(package, host):
        return "editable"
    if installer:
        return OTHER_INSTALLERS.get(installer.lower(), "index")
    return "dpkg" if _is_dpkgs(copy, host) else ""


def _is_dpkgs(copy, host):
    return dpkg.owns(host, os.path.join(copy.entry.path, copy.folder))


def url_of(package):
    """Return the URL of the archive that a distribution came from; an empty string where it came from elsewhere."""
    if not package.url:
        return ""
    from ..origin import archive_place

    return printable(archive_place(package.url))


def code_of(package, host):
    """Return the digest of an editable install's code; an empty string for every other package."""
    if is_egg_link(package, host):
        from ..unrecorded import digest as digest_files

        return digest_files(package, host)
    if not package.source:
        return ""
    from ..working_copy import digest

    return digest(package, host)


def data_of(package, host):
    """Return the digest of the files in an editable install's packages that are no code; an empty string where there are none."""
    if not package.source:
        return ""
    from ..working_copy import data_digest

    return data_digest(package, host)


def files_of(package, host):
    """Return the digest of all files of which no RECORD tells one: of an egg, where it was taken away, or is without digests."""
    if package.source or is_egg_link(package, host):
        return ""
    if package.copy.record is not None and not package.copy.record.without_digest():
        return ""
    from ..unrecorded import digest

    return digest(package, host)


def is_egg_link(package, host):
    """Tell whether a distribution is the working copy that an .egg-link points at, as `setup.py develop` makes it."""
    return package.copy.record is None and os.path.realpath(package.copy.entry.path) in host.once(egg_linked)


def shadowed_by(package, host):
    """Return module to place for what import finds in front of the distribution's own modules."""
    finder, found = finder_of(host), {}
    for stem in package.stems():
        hit = finder.find(stem) if stem not in EVERYBODYS else None
        # PyPy has its own cffi inside, and says that it is installed.
        is_own = hit is not None and hit.entry is None and sys.implementation.name != "cpython"
        if hit and not is_own and not package.expects(hit):
            found[printable(stem)] = host.place(hit.path) if hit.entry else "{builtin}"
    return found


def contradicting_version(copy):
    """Return the literal `__version__` of the distribution's one module, where metadata says another; else an empty string."""
    public = [stem for stem in copy.stems() if not stem.startswith("_") and stem not in EVERYBODYS]
    alike = [stem for stem in public if stem.lower().replace("_", "-") == copy.name]
    modules = alike or public
    if len(modules) != 1 or not copy.version:
        return ""
    for name in (modules[0] + "/__init__.py", modules[0] + ".py"):
        source = copy.entry.read(name, SOURCE_BYTES)
        if source is not None:
            claimed = version.claimed(source.decode("utf-8", "replace"))
            return claimed if claimed and not version.same(claimed, copy.version) else ""
    return ""


def egg_linked(host):
    """Return the real paths of the folders that .egg-link files of `setup.py develop` point at."""
    folders = set()
    for entry in host.once(entries_of):
        for name in entry.names:
            if name.endswith(".egg-link"):
                line = (entry.read(name, 4096) or b"").decode("utf-8", "surrogateescape").split("\n")[0].strip()
                folders.add(os.path.realpath(os.path.join(entry.path, line)))
    return folders


def remains_in_entries(host):
    """Return the names with which pip parks what it uninstalls (`~umpy`); they stay behind when it is interrupted."""
    return sorted({name for entry in host.once(entries_of) for name in entry.names if name.startswith("~")})


def leftovers_of(package, host):
    """Return the leftovers of one distribution: pip overwrites the first letter, at a second try the first two."""
    return [name for name in host.once(remains_in_entries) if _could_be(name, package)]


def leftovers(host):
    """Return the leftovers that fit no distribution that is here."""
    packages = host.once(packages_of)
    return [name for name in host.once(remains_in_entries) if not any(_could_be(name, package) for package in packages)]


def _could_be(leftover, package):
    tail = leftover.lstrip("~-.+")
    return any(_fits(tail, leftover, name) for name in package.copy.brought | {package.copy.folder} | package.copy.modules)


def _fits(tail, leftover, name):
    if name.endswith("-info") and leftover.endswith("-info"):  # the version may be another
        tail, name = tail.split("-", 1)[0], name.split("-", 1)[0]
        return bool(tail) and name.lower().endswith(tail.lower()) and 0 < len(name) - len(tail) <= 2
    return len(leftover) == len(name) and bool(tail) and name.endswith(tail)
