"""Programs that people save their reports with: `python -m tests.support.saves` writes what they make of reports with a record.

Its results, in tests/data/reports/saved and removed, are for tests that run everywhere; tests/real/test_saves.py runs the programs. `nox -s saves` fetches them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import engine
from .attached import REPORTS, SEVERAL, attached

SAVED, REMOVED = REPORTS / "saved", REPORTS / "removed"
NOTEBOOKS = ("nbformat==5.11.1", "nbconvert==7.17.2", "papermill==2.7.0", "nbstripout==0.9.1", "jupytext==1.19.6")
PDFS = ("pymupdf==2.0", "pikepdf==10.18.0")
TEXTS = ("mdformat==1.0.0", "mdformat-gfm==1.0.0", "minify-html==0.18.1", "arxiv-latex-cleaner==1.0.11")
NODE = ("prettier@3.10.1", "html-minifier-terser@7.2.0")


class Save(NamedTuple):
    """One program that writes a report anew."""

    file: str
    """What the result is called: the program, and the suffix of what it writes."""
    report: str
    run: Callable[[Path, Path], object]
    """Write the first file, as the program does, into the second."""
    removes: bool = False
    """Whether it takes the record away; the line stays."""


def python(libraries: tuple[str, ...], program: str) -> Callable[[Path, Path], object]:
    """Return what runs a program with `old` and `new`, the two paths, with libraries."""

    def run(old: Path, new: Path) -> None:
        folder = engine.library_folder(*libraries)
        environment = {**os.environ, "PYTHONPATH": str(folder), "JUPYTER_PATH": str(folder / "share" / "jupyter")}
        whole = f"import sys\nold, new = sys.argv[1:]\n{program}"
        with tempfile.TemporaryDirectory() as empty:
            subprocess.run(
                [sys.executable, "-W", "ignore", "-c", whole, old, new],
                env=environment,
                cwd=empty,
                capture_output=True,
                check=True,
            )

    return run


def module(libraries: tuple[str, ...], name: str, *arguments: str) -> Callable[[Path, Path], object]:
    """Return what runs a module as a command, with OLD and NEW in its arguments for the two paths."""
    words = ", ".join({"OLD": "old", "NEW": "new"}.get(word, repr(word)) for word in arguments)
    return python(libraries, f"import runpy\nsys.argv = [{name!r}, {words}]\nrunpy.run_module({name!r}, run_name='__main__')")


def node(name: str, *arguments: str) -> Callable[[Path, Path], object]:
    """Return what runs a program of npm, which prints the new file."""

    def run(old: Path, new: Path) -> None:
        program = engine.node_folder(*NODE) / "node_modules" / ".bin" / name
        done = subprocess.run([program, *arguments, old], capture_output=True, check=True)
        new.write_bytes(done.stdout)

    return run


def browser(old: Path, new: Path) -> None:
    """Save what Chromium has made of a page, as its `Save as` does."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        engine.missing("no chromium on PATH: apt-get install chromium")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom")
    new.write_bytes(subprocess.run([program, *options, old.as_uri()], capture_output=True, check=True, timeout=120).stdout)


def sorted_keys(old: Path, new: Path) -> None:
    """Write JSON as a program that sorts its keys."""
    new.write_text(json.dumps(json.loads(old.read_text()), sort_keys=True))


MINIFY = ("--collapse-whitespace", "--minify-css", "true", "--decode-entities", "--sort-attributes", "--sort-class-name")
SMALLEST = (*MINIFY, "--remove-attribute-quotes", "--remove-optional-tags")
PYMUPDF = "import pymupdf\npymupdf.open(old).save(new, {})"
SAVES = (
    Save("chromium.html", "report.html", browser),
    Save("prettier.html", "report.html", node("prettier")),
    Save("prettier-loose.html", "report.html", node("prettier", "--html-whitespace-sensitivity", "ignore")),
    Save("html-minifier.html", "report.html", node("html-minifier-terser", *SMALLEST)),
    Save(
        "minify-html.html",
        "report.html",
        python(
            TEXTS,
            "import minify_html as m\nopen(new, 'w').write(m.minify(open(old).read(), keep_comments=True, minify_css=True))",
        ),
    ),
    Save("prettier.md", "report.md", node("prettier", "--prose-wrap", "always")),
    Save(
        "mdformat.md",
        "report.md",
        python(TEXTS, "import mdformat, shutil\nshutil.copy(old, new)\nmdformat.file(new, extensions={'gfm'})"),
    ),
    Save("nbformat.ipynb", "report.ipynb", python(NOTEBOOKS, "import nbformat\nnbformat.write(nbformat.read(old, 4), new)")),
    Save("nbconvert.ipynb", "report.ipynb", module(NOTEBOOKS, "nbconvert", "--to", "notebook", "--output", "NEW", "OLD")),
    Save("papermill.ipynb", "report.ipynb", module(NOTEBOOKS, "papermill", "--prepare-only", "OLD", "NEW")),
    Save(
        "nbstripout.ipynb",
        "report.ipynb",
        python(
            NOTEBOOKS,
            "import shutil\nshutil.copy(old, new)\nsys.argv = ['nbstripout', new]\nimport nbstripout\nnbstripout.main()",
        ),
    ),
    Save("sorted.json", "report.json", sorted_keys),
    Save("prettier.json", "report.json", node("prettier")),
    Save("pymupdf-clean.pdf", "report.pdf", python(PDFS, PYMUPDF.format("clean=True, garbage=3, deflate=True"))),
    Save("pymupdf.pdf", "report.pdf", python(PDFS, PYMUPDF.format("garbage=4, deflate=True"))),
    Save(
        "qpdf.pdf",
        "report.pdf",
        python(PDFS, "import pikepdf\npikepdf.open(old).save(new, linearize=True, recompress_flate=True)"),
    ),
    Save("html-minifier.html", "report.html", node("html-minifier-terser", *SMALLEST, "--remove-comments"), removes=True),
    Save(
        "minify-html.html",
        "report.html",
        python(TEXTS, "import minify_html as m\nopen(new, 'w').write(m.minify(open(old).read(), minify_css=True))"),
        removes=True,
    ),
    Save("jupytext.md", "report.ipynb", module(NOTEBOOKS, "jupytext", "--to", "md", "OLD", "-o", "NEW"), removes=True),
    Save(
        "nbconvert.html",
        "report.ipynb",
        module(NOTEBOOKS, "nbconvert", "--template", "basic", "--to", "html", "--output", "NEW", "OLD"),
        removes=True,
    ),
    Save(
        "arxiv-latex-cleaner.tex",
        "report.tex",
        python(
            TEXTS,
            "import os, runpy, shutil\nos.mkdir('a'); shutil.copy(old, 'a/main.tex')\nsys.argv = ['arxiv_latex_cleaner', 'a']\n"
            "try:\n    runpy.run_module('arxiv_latex_cleaner', run_name='__main__')\nfinally:\n    shutil.copy('a_arXiv/main.tex', new)",
        ),
        removes=True,
    ),
)


def save(case: Save, folder: Path) -> Path:
    """Attach the record to a bare report and let a program write it anew; return the result."""
    (folder / "before").mkdir()
    result = folder / case.file
    case.run(attached(case.report, folder / "before", SEVERAL), result)
    return result


if __name__ == "__main__":
    SAVED.mkdir(exist_ok=True)
    REMOVED.mkdir(exist_ok=True)
    for found in SAVES:
        with tempfile.TemporaryDirectory() as place:
            shutil.copy(save(found, Path(place)), REMOVED if found.removes else SAVED)
