"""Who may import whom, and what only a table in the code may say.

An import counts where it runs late, inside of a function, and where it is for types alone, as one at the top does: all three
are knowledge of the other room. Only the question whether a pure room reaches a file or a program leaves out what is for types.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import envprobe
from envprobe.carrier import CARRIERS
from envprobe.cli.environment import check
from envprobe.output.comparator import COMPARATORS
from envprobe.policy import SECTIONS
from envprobe.render import FORMATS
from envprobe.render.fleet import FLEET_FORMATS
from tests.support.rooms import arrows, circles, loaded_with, modules, reaches_out, room_of

DOCS = Path(__file__).parents[2] / "docs"
NOUNS = "error fact fixes call spelling document suggestion pep440 default_rules policy fingerprint launched baseline runs claim metric evidence report version progress"
ROOMS = {
    # the nouns: frozen values, and how they are read and spelled
    "version": "",
    "progress": "",
    "fact": "",
    "pep440": "",
    "suggestion": "",
    "call": "",
    "fixes": "",
    "default_rules": "",
    "spelling": "fact",
    "nested": "fact spelling",
    "redaction": "guest",
    "error": "redaction spelling",
    "document": "error",
    "fingerprint": "document error fact spelling",
    "launched": "fingerprint spelling",
    "policy": "default_rules document suggestion",
    "baseline": "document error fact fingerprint pep440 policy",
    "runs": "document error fact fingerprint output",
    "claim": "document error spelling",
    "metric": "",
    "evidence": "claim metric output",
    "report": "baseline claim fact fingerprint fixes metric numerics output policy runs",
    # what judges and draws: pure
    "numerics": "document fact",
    "statistic": "",
    "assess": f"{NOUNS} numerics output probing redaction targets",
    "records": f"{NOUNS} output signing",
    "fleet": "document error fact fingerprint installation numerics policy probing progress redaction report suggestion targets version",
    "render": f"{NOUNS} assess audit causes fleet nested numerics output records statistic targets verification",
    "causes": "assess fact fingerprint fixes numerics policy report runs spelling targets",
    "audit": "document error redaction suggestion",
    # what reads files, starts programs and asks engines
    "guest": "",
    "installation": "",
    "output": "document error installation spelling toml redaction",
    "signing": "document error fact installation",
    "revision": "error spelling",
    "store": "baseline document error revision shared suggestion redaction targets",
    "shared": "document error fact installation",
    "toml": "error",
    "config": "audit baseline claim document error output policy revision standard suggestion toml",
    "schemas": "error suggestion",
    "standard": "audit document error fact installation progress redaction suggestion targets",
    "lint": "baseline config document error numerics redaction runs spelling store",
    "instruments": "policy",
    "requirement": "baseline document error pep440 redaction store suggestion toml",
    "demo": "baseline error fact targets",
    "probing": "document error fact fingerprint guest launched progress redaction targets version",
    "targets": "call error fact fixes guest suggestion",
    "trial": "causes claim error evidence experiment fact fingerprint launched numerics output probing progress runs spelling store targets",
    "experiment": f"{NOUNS} output probing records redaction statistic targets",
    "carrier": f"{NOUNS} installation output records redaction store",
    "verification": f"{NOUNS} carrier output records signing",
    # what users do, and the doors: nothing else imports them
    "command": f"{NOUNS} assess audit carrier causes config demo experiment fleet installation numerics output probing records redaction requirement revision shared signing standard store targets trial verification",
    "serve": f"{NOUNS} command config experiment fleet numerics output redaction render statistic targets",
    "testing": f"{NOUNS} command config instruments output records render store targets",
    "cli": f"{NOUNS} audit causes command config demo experiment fleet installation lint probing redaction render schemas serve signing standard store targets verification",
    "notebook": f"{NOUNS} assess carrier cli command config instruments probing records render",
    "__main__": "cli",
}
"""Each room, and those that it may import."""
PURE = [*NOUNS.split(), "nested", "numerics", "statistic", "assess", "records", "render", "redaction", "audit", "causes"]
VALUES = {
    "output",
    "guest",
    "fleet.engine",
    "fleet.report",
    "output.comparison",
    "output.description",
    "output.tolerance",
    "probing.bundle",
    "signing.dsse",
    "targets.address",
    "targets.prompt",
    "targets.setting",
    "verification.verification",
}
"""Modules of other rooms that pure ones may use: values, and the texts that come with envprobe."""
CARRIER_NAMES = {row.module for row in CARRIERS} - {"wandb"}
"""All but one that the table names in two words."""


MUTUAL = {("cli.help", "cli")}
"""Two modules of one room that need each other, one of them late."""


def test_a_room_imports_only_what_the_table_allows() -> None:
    """Who adds an arrow between rooms writes it here, for a reviewer to see."""
    used: dict[str, set[str]] = {room: set() for room in map(room_of, modules())}
    for arrow in arrows():
        used[room_of(arrow.importer)].add(room_of(arrow.imported))
    allowed = {room: {room, *names.split()} for room, names in ROOMS.items()}
    assert used.keys() == allowed.keys()
    assert {room: names - allowed[room] for room, names in used.items() if names - allowed[room]} == {}


def test_no_room_reaches_itself() -> None:
    """The house has floors: whoever reads a room needs to know only those below it."""
    assert circles({room: set(names.split()) - {room} for room, names in ROOMS.items()}) == []


def test_an_import_is_late_to_start_sooner() -> None:
    """An import inside of a function spares loading a module; one of a module that is loaded anyway stands at the top."""
    loaded = loaded_with()
    late = {(arrow.importer, arrow.imported) for arrow in arrows() if arrow.is_late and not arrow.is_type}
    assert {pair for pair in late if pair[1] in loaded[pair[0]]} <= MUTUAL


def test_pure_rooms_open_nothing() -> None:
    """What judges and draws has no file, program or network to ask, itself or by way of another room."""
    assert {name: reaches_out(tree) for name, tree in modules().items() if room_of(name) in PURE and reaches_out(tree)} == {}
    through = {arrow.imported for arrow in arrows() if room_of(arrow.importer) in PURE and not arrow.is_type}
    assert {name for name in through if room_of(name) not in PURE} <= VALUES


def test_every_collector_writes_to_a_section_of_the_policy() -> None:
    """A collector whose section no rule can name would be left out of every verdict."""
    source = (DOCS.parent / "probes" / "collectors" / "__init__.py").read_text("utf-8")
    table = next(node.value for node in ast.parse(source).body if isinstance(node, ast.Assign))
    assert isinstance(table, ast.Tuple)
    names = {ast.literal_eval(row.elts[0]) for row in table.elts if isinstance(row, ast.Tuple)}
    assert names and names <= set(SECTIONS)


@pytest.mark.parametrize(
    ("page", "heading", "pattern", "names"),
    [
        ("outputs.md", "| type |", r"`([a-z0-9-]+)`", {*(row.type for row in COMPARATORS), "folder"}),
        ("reports.md", "| report |", r"(Markdown|HTML|notebook|LaTeX|PDF|JSON|model|TensorBoard|MLflow)", CARRIER_NAMES),
        ("ci.md", "| `--format` |", r"`([a-z]+)`", set(FORMATS) - {"text"}),
    ],
)
def test_a_table_of_the_docs_has_the_rows_of_the_code(page: str, heading: str, pattern: str, names: set[str]) -> None:
    """What is added in the code is in the table that users read, and nothing else is."""
    text = (DOCS / page).read_text("utf-8")
    rows = text[text.index(heading) :].partition("\n\n")[0].splitlines()[2:]
    assert {name.lower() for row in rows for name in re.findall(pattern, row.split("|")[1])} == names


def test_every_format_can_be_chosen() -> None:
    """What `--format` offers are the formats that there are."""
    (option,) = [parameter for parameter in check.params if "--format" in parameter.opts]
    assert [*option.type.to_info_dict()["choices"]] == [*FORMATS]


def test_a_fleet_has_the_formats_of_a_check() -> None:
    """What is asked of many machines can be had in every format that one machine's report has, and for a scrape."""
    assert set(FLEET_FORMATS) == {*FORMATS, "prometheus"}


def test_no_room_hides_a_function() -> None:
    """Importing `envprobe.record` would put a module in the place of the function `envprobe.record`."""
    assert set(envprobe.__all__).isdisjoint(map(room_of, modules()))


def test_a_class_has_a_name_of_its_own() -> None:
    """Two public classes of one name are taken for each other, in code and in talk."""
    classes = [node.name for tree in modules().values() for node in tree.body if isinstance(node, ast.ClassDef)]
    assert {name for name, times in Counter(classes).items() if times > 1 and not name.startswith("_")} == set()
