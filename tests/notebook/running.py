"""Run cells in a real kernel, as JupyterLab's "Run all", papermill and `nbconvert --execute` do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient


def run_cells(folder: Path, *cells: str, **environment: str) -> Any:
    """Return a notebook with the outputs of its cells, run in a folder; an error of a cell does not end the run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}})
    client.execute(env={**os.environ, **environment})
    nbformat.validate(notebook)
    return notebook


def save(notebook: Any, path: Path) -> Path:
    """Write a notebook as front ends do."""
    nbformat.write(notebook, path)
    return path
