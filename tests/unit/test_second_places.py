"""A new target, comparator, carrier, collector, format or command is a file, a row and a test; what was forgotten fails here.

CONTRIBUTING.md says the same in words. Texts that are made of the code (help, man page, reference, schemas) have their own tests.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from envprobe.carrier import CARRIERS, CarrierKind
from envprobe.cli.group import HOMES
from envprobe.fleet.engine import ROWS as ENGINE_ROWS
from envprobe.fleet.engine import EngineRow
from envprobe.output.comparator import COMPARATORS, comparator_for
from envprobe.policy import SECTIONS
from envprobe.render import FORMATS
from envprobe.targets.scheme import ROWS, Scheme
from probes.collectors import COLLECTORS

HOUSE = Path(__file__).parents[2]
COLLECTED = {module: section for section, module in COLLECTORS}


def _names(path: Path) -> set[str]:
    """Return what a module makes at its top: functions, classes and names that are set."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def _modules(folder: str, *wanted: str) -> set[str]:
    """Return the modules of a folder, packages too, that make one of these names; with none of them, all modules."""
    files = [*(HOUSE / folder).glob("*.py"), *(HOUSE / folder).glob("*/__init__.py")]
    return {
        path.parent.name if path.name == "__init__.py" else path.stem
        for path in files
        if path != HOUSE / folder / "__init__.py" and (not wanted or _names(path) & set(wanted))
    }


@pytest.mark.parametrize(
    ("files", "rows"),
    [
        (_modules("probes/collectors"), set(COLLECTED)),
        (_modules("envprobe/output/readers"), {row.module for row in COMPARATORS}),
        (_modules("envprobe/carrier", "open_carrier"), {row.module for row in CARRIERS}),
        (_modules("envprobe/render", "render"), {row.module for row in FORMATS.values()}),
        (_modules("envprobe/cli", "COMMANDS"), set(HOMES.values())),
        (_modules("envprobe/fleet/engines"), {row.module for row in ENGINE_ROWS}),
    ],
    ids=["COLLECTORS", "COMPARATORS", "CARRIERS", "FORMATS", "HOMES", "ENGINES"],
)
def test_a_file_has_a_row_and_a_row_its_file(files: set[str], rows: set[str]) -> None:
    """A file that no row names would never be asked."""
    assert files == rows


@pytest.mark.parametrize("row", [row for row in ROWS if row.opens], ids=lambda row: row.name)
def test_a_scheme_names_what_opens_it(row: Scheme) -> None:
    """The module that a row names is there, and makes what it names."""
    module, _, name = row.opens.partition(":")
    assert name in _names(HOUSE / "envprobe" / "targets" / f"{module}.py")


@pytest.mark.parametrize("name", sorted(COLLECTED))
def test_a_collector_is_documented_judged_and_tested(name: str) -> None:
    """Its section has a heading in docs/facts.md and a rule in the policy, and a test of its own stands in tests/probe."""
    section = COLLECTED[name]
    assert re.search(rf"^## .*\b{section}\b", (HOUSE / "docs" / "facts.md").read_text("utf-8"), re.MULTILINE)
    assert section in SECTIONS
    assert [*(HOUSE / "tests" / "probe").glob(f"test_{name}*.py")]


@pytest.mark.parametrize("type_name", sorted(row.type for row in COMPARATORS))
def test_a_comparator_has_samples(type_name: str) -> None:
    """Files that its library wrote lie in the corpus: as recorded, written anew, and changed."""
    corpus = HOUSE / "tests" / "data" / "outputs"
    assert any(comparator_for(path).type == type_name for path in corpus.rglob("*") if path.is_file())


@pytest.mark.parametrize("row", CARRIERS, ids=lambda row: row.module)
def test_a_carrier_has_a_sample_or_a_real_tracker(row: CarrierKind) -> None:
    """A bare report of its kind, into which all tests of carriers put records; a tracker's run is made by its library."""
    bare = HOUSE / "tests" / "data" / "reports" / "bare"
    tests = [path.read_text("utf-8") for path in (HOUSE / "tests").rglob("test_*.py")]
    assert any([*bare.glob(name)] for name in row.names) if row.names else any(f"{row.module}:" in text for text in tests)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_has_golden_texts(name: str) -> None:
    """Its bytes are kept for review."""
    from tests.golden.test_golden import ENDINGS, STYLES

    assert name in ENDINGS and STYLES[name]


@pytest.mark.parametrize("name", sorted(HOMES))
def test_a_command_has_its_exit_statuses_tested(name: str) -> None:
    """Every command is called by a test, and its help says what its exit statuses mean."""
    tests = "\n".join(path.read_text("utf-8") for path in (HOUSE / "tests").rglob("test_*.py") if path != Path(__file__))
    assert re.search(rf"""["' ]{name}\b""", tests)
    assert f"| `{name}` |" in (HOUSE / "docs" / "reference" / "exit.md").read_text("utf-8")


@pytest.mark.parametrize("row", ENGINE_ROWS, ids=lambda row: row.name)
def test_an_engine_has_a_how_to(row: EngineRow) -> None:
    """Whoever has that engine finds a section of its own, and in it what to type."""
    page = (HOUSE / "docs" / "howto" / "fleet.md").read_text("utf-8")
    section = re.search(rf"^## .*`{re.escape(row.form)}`.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section and f"--on {row.name}:" in section[0]


@pytest.mark.parametrize("kind", ["fact", "target", "comparator", "carrier", "format", "command", "engine"])
def test_contributing_says_how_to_add_one(kind: str) -> None:
    """Whoever adds a thing of a kind finds its file, its row and its test in one paragraph."""
    text = (HOUSE / "CONTRIBUTING.md").read_text("utf-8")
    entry = re.search(rf"^- \*\*An? {kind}\*\*.*$", text, re.MULTILINE)
    assert entry and "row" in entry[0] and "test" in entry[0]
