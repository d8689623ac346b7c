"""What the documents say is what the code does: commands parse, links lead somewhere, tables name what exists."""

from __future__ import annotations

import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import envprobe as package
from envprobe.cli import envprobe
from envprobe.report import EXIT_STATUS
from tests.support import walkthrough

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [page for page in PAGES if page.parent.name != "reference"]  # by hand; the others are made of the code
REFERENCE = runpy.run_path(str(ROOT / "docs" / "tools" / "reference.py"))
CONTINUES = re.compile(r"\\\n\s*")


def commands(page: Path) -> Iterator[str]:
    """Yield every `envprobe …` line of a page's code blocks, as a shell would read it."""
    for kind, block in re.findall(r"^```(\w*).*?\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        prompt = "$ " if kind == "console" else ""
        for line in CONTINUES.sub(" ", block).splitlines() if kind in ("", "console", "sh", "bash", "shell") else ():
            if line.strip().startswith(f"{prompt}envprobe "):
                yield line.strip().removeprefix(prompt)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_command_of_a_page_parses(page: Path) -> None:
    """A reader can type what is written: command, options and arguments exist."""
    for line in commands(page):
        name, *arguments = shlex.split(line.split(" > ")[0].split(" | ")[0], comments=True)[1:]
        if name.startswith("-") or any(word in ("…", "...", "[OPTIONS]") or word.startswith("<(") for word in (name, *arguments)):
            continue
        command = envprobe.get_command(click.Context(envprobe), name)
        assert command is not None, f"{page.name}: {line}"
        try:
            command.make_context(name, arguments, resilient_parsing=False)
        except click.ClickException as error:
            pytest.fail(f"{page.name}: {line}: {error.format_message()}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """A relative link names a file of the repository."""
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_rooms_exist() -> None:
    """Each module that the table of rooms names is there."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = text[text.index("| room |") : text.index("## The guest's protocol")]
    for row in table.splitlines()[2:]:
        if not row.startswith("|"):
            continue
        cell = row.split("|")[1]
        folder = re.search(r"`((?:envprobe|probes)/)", cell)
        assert folder is not None, cell
        for name in re.findall(r"`([^`]+)`", cell):
            path = ROOT / (name if name.startswith(("envprobe/", "probes/")) else folder.group(1) + name)
            assert path.exists(), name


def test_the_readme_tells_the_exit_statuses() -> None:
    """0, 1 and 2 mean in the README what the code makes of a verdict."""
    text = (ROOT / "README.md").read_text("utf-8")
    for verdict, status in EXIT_STATUS.items():
        word = {"undetermined": "could not tell"}.get(verdict.value, verdict.value)
        assert f"**{status}** {word}" in text


def test_the_readme_has_the_two_commands_that_ci_runs() -> None:
    """CI takes its commands from the README, so they stay there under their marks."""
    text = (ROOT / "README.md").read_text("utf-8")
    for mark in ("check", "test"):
        assert re.search(rf"<!-- command: {mark} -->\n```\n.+?\n```", text, re.DOTALL)


@pytest.mark.parametrize("page", REFERENCE["PAGES"])
def test_the_reference_is_that_of_the_code(page: str) -> None:
    """Rules, settings, statuses and causes stand in the reference as the code has them; `python docs/tools/reference.py` writes them."""
    assert (ROOT / "docs" / "reference" / page).read_text("utf-8") == REFERENCE["text_of"](page)


@pytest.mark.parametrize("page", REFERENCE["PARTS"])
def test_tables_in_pages_are_those_of_the_code(page: str) -> None:
    """Which fact answers which variable stands in the policy as the code has it; `python docs/tools/reference.py` writes it."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    assert text == REFERENCE["with_part"](page, text)


def test_the_reference_of_python_names_what_is_public() -> None:
    """Whatever `import envprobe` offers is explained."""
    text = (ROOT / "docs" / "reference" / "python.md").read_text("utf-8")
    assert {f"envprobe.{name}" for name in package.__all__} <= set(re.findall(r"^::: (\S+)$", text, re.MULTILINE))


def test_the_navigation_and_the_front_page_lead_to_every_page() -> None:
    """No page is written that nobody finds."""
    written = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    front = {"index.md", *re.findall(r"\]\(([\w/-]+\.md)", (ROOT / "docs" / "index.md").read_text("utf-8"))}
    assert front == written
    assert set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text("utf-8"))) == written


def test_every_command_of_the_tutorial_is_typed() -> None:
    """Nothing of the tutorial stands outside of the two parts that tests/real/test_tutorial.py follows."""
    page = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    assert len(walkthrough.read_steps(page)) == sum(
        len(walkthrough.read_steps(part)) for part in re.split(r"^## Part ", page, flags=re.M)[1:]
    )
    assert len(walkthrough.read_steps(page)) == len(re.findall(r"^\$ |^```\w+ title=", page, re.MULTILINE))
