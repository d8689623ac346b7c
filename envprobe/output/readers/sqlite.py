"""Compare SQLite databases: the schema as text, the rows of each table aligned; how pages lie in the file does not count."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import quote

from ..finding import Unable
from ..holdings import Grid, Holding, Holdings, Nested, spell_cell

LIBRARIES = ("sqlite3",)
TABLE_LIMIT = 10_000
VALUE_LIMIT_BYTES = 64 << 20
LIMIT_LENGTH = 0
"""`sqlite3.SQLITE_LIMIT_LENGTH`, which Python 3.10 does not name."""
PRAGMAS = ("user_version", "application_id", "encoding")


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the schema, and each table; opened so that nothing is written, and no code of the file is run."""
    if any(path.with_name(path.name + suffix).exists() for suffix in ("-wal", "-journal")):
        raise Unable("a log that was not written back lies beside it", "close the database before the run ends")
    database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
    stack.callback(database.close)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    if hasattr(database, "setlimit"):
        database.setlimit(LIMIT_LENGTH, VALUE_LIMIT_BYTES)
    rows = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchmany(TABLE_LIMIT + 1)
    if len(rows) > TABLE_LIMIT:
        raise Unable(f"it holds more than {TABLE_LIMIT:,} tables and indices")
    schema = {f"{kind} {name}": sql for kind, name, _, sql in rows}
    found: dict[str, Holding] = {"schema": Nested(schema)}
    found["settings"] = Nested({name: database.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS})
    for kind, name, _, sql in rows:
        if kind == "table" and not str(sql).upper().startswith("CREATE VIRTUAL"):
            found[name] = _table(database, name)
    return found


def _table(database: sqlite3.Connection, name: str) -> Grid:
    quoted = '"' + name.replace('"', '""') + '"'
    columns = tuple(str(row[1]) for row in database.execute(f"PRAGMA table_info({quoted})"))
    return Grid(columns, partial(_rows, database, f"SELECT * FROM {quoted}"))  # noqa: S608 - the name is quoted


def _rows(database: sqlite3.Connection, query: str) -> Iterator[tuple[str, ...]]:
    database.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return (tuple(spell_cell(value) for value in row) for row in database.execute(query))
