"""Everything that reads whole files, cut into tasks that workers can take: RECORD, unlisted files, standard library."""

import os

from . import dpkg, program, stdlib, unlisted
from .bytecode import Bytecode
from .distribution import copies_of
from .installed import Checker, Subject
from .inventory import packages_of
from .place import printable
from .regular import Reader, Refused
from .worker import TASK_LIMIT

# Rough costs in seconds, for putting the longest tasks first and small files together.
PER_BYTE_S, PER_FILE_S, PER_COMPILED_FILE_S = 1e-9, 1e-4, 2e-3


class Verification:
    """The plan. `tasks` are (function, arguments).

    `unreadable` says for which distributions RECORD makes no sense, and why; `stdlib_problem` and `program_problem` why there
    is no standard library, or no interpreter, to look at, if so. `proved` says of modules of the standard library what
    `stdlib.digest` once found without fault.
    """

    def __init__(self, host, proved=None):
        python = host.interpreter
        copies = [copy for copy in host.once(copies_of) if copy.entry.kind == "folder"]
        folders = [copy.entry.path for copy in copies] + [python.prefix, python.base_prefix, python.stdlib]
        self._reader = Reader(sorted(set(folders)))
        self._bytecode = Bytecode(python, self._reader)
        self._checker = Checker(self._reader, self._bytecode)
        self._stdlib = os.fsencode(python.stdlib)
        self.unreadable, self.stdlib_problem, self.program_problem = {}, "", ""
        self._host, self._proved = host, proved or {}
        subjects = list(self._readable(copies))
        # The RECORD of an editable install lists no code; packages.NAME.code stands for it.
        verified = {package.copy for package in host.once(packages_of) if not package.source}
        self.subjects = {subject.name: subject for subject in subjects if subject.copy in verified}
        planned = (
            self._file_tasks() + self._walk_tasks(copies, subjects) + self._stdlib_tasks(python.stdlib) + self._program_tasks()
        )
        planned.sort(key=lambda plan: -plan[0])
        self.tasks = [(function, arguments) for _, function, arguments in planned]

    def task(self, number):
        """Do one task and return its findings, as JSON values."""
        function, arguments = self.tasks[number]
        return function(arguments)

    def _readable(self, copies):
        for copy in copies:
            try:
                if copy.record:
                    is_dpkgs = dpkg.owns(self._host, os.path.join(copy.entry.path, copy.folder))
                    yield Subject(copy, self._host.once(dpkg.sums) if is_dpkgs else None)
            except ValueError as error:
                self.unreadable[copy.name] = str(error)

    def _file_tasks(self):
        items = [
            (row[3] * PER_BYTE_S + PER_FILE_S, (subject, row))
            for subject in self.subjects.values()
            for row in subject.checked_rows()
        ]
        return [(cost, self.check_files, group) for cost, group in _packed(items, TASK_LIMIT // 2)]

    def _walk_tasks(self, copies, subjects):
        by_root = {}
        for subject in subjects:
            by_root.setdefault(subject.root, unlisted.Claims(subject.root)).add(subject.name, subject.rows)
        items = []
        for claims in by_root.values():
            unclear = {
                module
                for copy in copies
                if not copy.record and os.fsencode(copy.entry.path) == claims.root
                for module in copy.modules | copy.brought
            }
            items += [(PER_FILE_S, (claims, top)) for top in claims.folders() if os.fsdecode(top) not in unclear]
        plugins = [(subject, path) for subject in self.subjects.values() for path in [subject.unlisted_plugins()] if path]
        walks = [(cost, self.find_unlisted, group) for cost, group in _packed(items, TASK_LIMIT // 5)]
        return walks + ([(len(plugins) * PER_FILE_S, self.digest_plugins, plugins)] if plugins else [])

    def _stdlib_tasks(self, folder):
        try:
            modules = stdlib.modules(folder)
        except OSError as error:  # inside an archive, or gone
            self.stdlib_problem = "the standard library cannot be listed: %s" % error.strerror
            return []
        per_file_s = {name: 2 * PER_FILE_S if name in self._proved else PER_COMPILED_FILE_S for name in modules}
        items = [(len(files) * per_file_s[name], (name, files)) for name, files in modules.items()]
        return [(cost, self.digest_stdlib, group) for cost, group in _packed(items, TASK_LIMIT // 5)]

    def _program_tasks(self):
        try:
            paths = sorted(program.files(self._host).items())
            costs = [os.stat(self._host.locate(path)).st_size * PER_BYTE_S for _, path in paths]
        except OSError as error:  # no /proc, or replaced while it runs
            self.program_problem = "the interpreter's own file cannot be read: %s" % error.strerror
            return []
        return [(cost, self.digest_program, [item]) for cost, item in zip(costs, paths)]

    def check_files(self, group):
        """Return (section, distribution, fault, path, detail) of everything wrong with the files in a group."""
        return [
            ("integrity", subject.name, fault, text(path), detail)
            for subject, row in group
            for fault, path, detail in self._checker.check(subject, row)
        ]

    def find_unlisted(self, group):
        """Return (section, distribution, "unlisted", path, digest) of what lies in the folders of a group and in no RECORD."""
        found = []
        for claims, top in group:
            for name, path in claims.unlisted(top):
                found.append(
                    ("unlisted", name, "unlisted", text(path), unlisted.digest(self._reader, os.path.join(claims.root, path)))
                )
                if name in self.subjects and claims.is_taken_first(path):
                    found.append(("integrity", name, "overridden", text(path), ""))
        return found

    def digest_plugins(self, group):
        """Return (section, distribution, "unlisted", path, digest) of what says which plugins a distribution has, in no RECORD."""
        return [
            ("unlisted", subject.name, "unlisted", text(path), unlisted.digest(self._reader, os.path.join(subject.root, path)))
            for subject, path in group
        ]

    def digest_stdlib(self, group):
        """Return (section, module, "digest", "", digest) of each module in a group, and one more for each stale `.pyc`.

        Where none is stale, one more says of which bytes that was proved.
        """
        found = []
        for name, files in group:
            try:
                digest, stale, pairs = stdlib.digest(
                    self._stdlib, files, self._reader, self._bytecode, self._proved.get(name, "")
                )
            except (OSError, Refused, RecursionError, MemoryError) as error:
                found.append(
                    ("stdlib", name, "unreadable", "", getattr(error, "strerror", None) or str(error) or type(error).__name__)
                )
                continue
            found.append(("stdlib", name, "digest", "", digest))
            found += [("stdlib", name, "stale_pyc", text(path), "") for path in stale] or [("stdlib", name, "proved", "", pairs)]
        return found

    def digest_program(self, group):
        """Return ("stdlib", "interpreter", "digest", file, digest) of a file, and one more where it is not what was installed."""
        found = []
        for name, path in group:
            try:
                value, contradicted_by = program.digest(self._host, path)
            except OSError as error:
                found.append(("stdlib", "interpreter", "unreadable", name, error.strerror))
                continue
            found.append(("stdlib", "interpreter", "digest", name, value))
            if contradicted_by:
                found.append(("stdlib", "altered", "altered", name, contradicted_by))
        return found

    def touches(self, number):
        """Return the (section, name) pairs that a task would have recorded."""
        function, group = self.tasks[number]
        if function == self.check_files:
            return {("integrity", subject.name) for subject, _ in group}
        if function == self.digest_plugins:
            return {("unlisted", subject.name) for subject, _ in group}
        if function == self.digest_program:
            return {("stdlib", "interpreter"), ("stdlib", "altered")}
        if function == self.find_unlisted:
            return {("unlisted", name) for claims, top in group for name in claims.owners(top)}
        return {("stdlib", name) for name, _ in group}


def text(path):
    """Return a path in bytes as text that can be written down."""
    return printable(os.fsdecode(path))


def _packed(items, limit):
    """Return at most about `limit` (cost, group) of (cost, item), the dearest first, each group worth a fair share."""
    share = sum(cost for cost, _ in items) / limit
    groups, group, total = [], [], 0
    for cost, item in sorted(items, key=lambda pair: -pair[0]):
        group.append(item)
        total += cost
        if total >= share:
            groups.append((total, group))
            group, total = [], 0
    return groups + ([(total, group)] if group else [])
