"""Modules that import would find and that no distribution brought: copied by hand, or put on the path."""

import hashlib
import os

from .. import code_folder, dpkg
from ..distribution import copies_of
from ..entry import entries_of
from ..finder import finder_of
from ..inventory import packages_of
from ..place import printable
from ..stale_bytecode import StaleBytecode

FILE_BYTES = 16 << 20


def collect(host, section, options):
    """Record kind, place and digest of each; the standard library and what dpkg installed are left out."""
    finder = finder_of(host)
    stdlib = os.path.realpath(host.interpreter.stdlib)
    sources = {os.path.realpath(package.source) for package in host.once(packages_of) if package.source}
    owned = brought_by_entry(host)
    for entry in host.once(entries_of):
        if entry.kind == "archive" or _is_stdlib(entry.path, stdlib) or _is_in_one_of(entry.path, sources):
            continue
        names, modules = owned.get(entry, ((), ()))
        for stem in entry.stems(finder.suffixes):
            found = finder.find_in(entry, stem)
            if found is None or found.name in names or stem in modules or dpkg.owns(host, found.path):
                continue
            winner = finder.find(stem)
            if winner and winner.entry is entry:
                describe(found, host, section)
    problems = [entry.problem for entry in host.once(entries_of) if entry.problem]
    if problems:
        section.unknown("*", "; ".join(problems))


def brought_by_entry(host):
    """Return for each place on the path the names in it that its distributions brought, and the modules that they name."""
    found = {}
    for copy in host.once(copies_of):
        names, modules = found.setdefault(copy.entry, (set(), set()))
        names.update(copy.brought)
        modules.update(copy.modules)
    return found


def describe(found, host, section):
    """Record one module; a folder without code in it is none."""
    value, bytecode = {"kind": found.kind, "place": host.place(found.path)}, host.once(StaleBytecode).of_one()
    if found.kind in ("package", "namespace"):
        told = code_folder.digest(found.path, bytecode)
        if not told:
            return
        value.update(told)
    else:
        data = found.entry.read(found.name, FILE_BYTES)
        if data is None:
            section.unknown(printable(found.name.partition(".")[0]), "%s cannot be read" % value["place"])
            return
        value["digest"] = "sha256:" + hashlib.sha256(data).hexdigest()
        if bytecode.digest(found.path, data):
            value["stale_pyc"] = [printable(found.name)]
    section.known(printable(found.name.partition(".")[0]), value)


def _is_in_one_of(path, folders):
    """Tell whether a path is one of the folders, real paths all, or lies below one: of an editable install's projects."""
    path = os.path.realpath(path) if folders else ""
    while path not in folders and path.strip("/"):
        path = os.path.dirname(path)
    return path in folders


def _is_stdlib(path, stdlib):
    return os.path.realpath(path) in (stdlib, os.path.join(stdlib, "lib-dynload"))
