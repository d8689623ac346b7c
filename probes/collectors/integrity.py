"""The files of every distribution against its RECORD, the files that no RECORD lists, and the standard library."""

import os

from ..fact import Section
from ..inventory import packages_of
from ..place import printable

SHOWN = 100  # files named in one fact; the rest are counted and digested together
REASON = "left out by --no-integrity"


def collect(host, section, options):
    """Fill `integrity`, and return the sections `unlisted` and `stdlib`, which the same workers look at."""
    if not options.get("integrity", True):
        return {"skipped": {name + ".*": REASON for name in ("integrity", "unlisted", "stdlib")}}
    from ..verification import Verification  # what follows is needed by nothing else, and takes time to import
    from ..worker import Lost, processors, run

    verification = Verification(host, options.get("proved"))
    sections = {"integrity": section, "unlisted": Section(), "stdlib": Section()}
    found, lost = {}, {}
    for number, outcome in enumerate(run(verification.task, len(verification.tasks), processors())):
        if isinstance(outcome, Lost):
            lost.update(dict.fromkeys(verification.touches(number), outcome.reason))
            continue
        for name_of_section, name, fault, path, detail in outcome:
            found.setdefault((name_of_section, name), {}).setdefault(fault, {})[path] = detail
    integrity_facts(host, section, verification, found, lost)
    for (name_of_section, name), faults in found.items():
        if name_of_section == "unlisted":
            sections["unlisted"].known(printable(name), bounded(faults["unlisted"]))
        elif name_of_section == "stdlib":
            stdlib_fact(sections["stdlib"], name, faults)
            if "proved" in faults:
                sections["stdlib"].context.setdefault("proved", {})[name] = faults["proved"][""]
    altered_fact(sections["stdlib"], verification, found)
    if verification.stdlib_problem:
        sections["stdlib"].unknown("*", verification.stdlib_problem)
    for (name_of_section, name), reason in lost.items():
        sections[name_of_section].unknown(printable(name), reason)
    return {"sections": {"unlisted": sections["unlisted"], "stdlib": sections["stdlib"]}}


def integrity_facts(host, section, verification, found, lost):
    """Record `ok`, what is wrong, or that there is no RECORD to go by, for each distribution."""
    for package in host.once(packages_of):
        name = package.name
        if name in verification.subjects:
            faults = found.get(("integrity", name), {})
            others = also_listed_by(verification, name, faults.get("modified", ()))
            if others:
                section.context.setdefault("also_listed_by", {})[printable(name)] = others
            integrity_fact(section, printable(name), faults)
        elif name in verification.unreadable:
            section.unknown(printable(name), verification.unreadable[name])
        else:
            section.absent(printable(name))  # of an archive packages.NAME.files has the digest


def also_listed_by(verification, name, modified):
    """Return how many of the modified files other distributions list as their own: two that bring one file overwrite each other."""
    if not modified:  # nearly always, and it takes all the others for each one
        return {}
    files = {os.fsencode(path) for path in modified}
    root = verification.subjects[name].root
    others = [one for one in verification.subjects.values() if one.name != name and one.root == root]
    counts = {printable(one.name): sum(row[0] in files for row in one.rows) for one in others}
    return {other: count for other, count in counts.items() if count}


def integrity_fact(section, name, faults):
    """Record one distribution; where nothing is wrong but some files could not be read, nothing is known."""
    unreadable = faults.pop("unreadable", {})
    if set(faults) == {"outside"} and not unreadable:
        path = min(faults["outside"])
        section.unknown(name, "%d files lie outside of this Python, such as %s" % (len(faults["outside"]), path))
    elif faults or not unreadable:
        value = {"modified": bounded(faults["modified"])} if "modified" in faults else {}
        for fault in ("missing", "outside", "overridden", "stale_pyc"):
            if fault in faults:
                value[fault] = bounded(sorted(faults[fault]))
        if unreadable:
            value["unreadable"] = bounded(sorted(unreadable))
        section.known(name, value or "ok")
    else:
        path = min(unreadable)
        section.unknown(name, "%d files cannot be read, such as %s: %s" % (len(unreadable), path, unreadable[path]))


def stdlib_fact(section, name, faults):
    """Record the digest of one module of the standard library, with its stale bytecode where there is some.

    Two more are of the interpreter's own files, each by its name.
    """
    if "unreadable" in faults:
        section.unknown(name, min(faults["unreadable"].values()))
    elif name in ("interpreter", "altered"):
        section.known(name, faults.get("digest") or faults["altered"])
    elif "stale_pyc" in faults:
        section.known(name, {"digest": faults["digest"][""], "stale_pyc": sorted(faults["stale_pyc"])})
    else:
        section.known(name, faults["digest"][""])


def altered_fact(section, verification, found):
    """Record that the interpreter's own files are what was installed, as far as anybody tells, or that nobody could look."""
    problem = verification.program_problem or "".join(found.get(("stdlib", "interpreter"), {}).get("unreadable", {}).values())
    if problem:
        section.unknown("interpreter", problem)
        section.unknown("altered", problem)
    elif ("stdlib", "altered") not in found:
        section.absent("altered")


def bounded(files):
    """Return a list or object of files with at most SHOWN of them; of more, a last member tells how many and their digest."""
    if len(files) <= SHOWN:
        return files
    import hashlib
    import json

    names = sorted(files)
    whole = hashlib.sha256(json.dumps(files, sort_keys=True).encode("ascii")).hexdigest()
    rest = "and %d more; sha256:%s of all" % (len(names) - SHOWN, whole)
    return (
        names[:SHOWN] + [rest] if isinstance(files, list) else dict({name: files[name] for name in names[:SHOWN]}, **{"…": rest})
    )
