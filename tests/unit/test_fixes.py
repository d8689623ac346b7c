"""What helps, and how several of a kind are one."""

from __future__ import annotations

from envprobe.fixes import Fix, joined

INSTALL = "python3 -m pip install "


def test_commands_are_joined() -> None:
    """Commands that differ in their items alone become one, each item once; those of another kind stay apart, in their order."""
    fixes = [
        Fix(INSTALL, ("a==1",), is_command=True),
        Fix("rename b"),
        Fix(INSTALL, ("'b>1'",), is_command=True),
        Fix(INSTALL + "--no-deps ", ("c",), is_command=True),
        Fix(),
        Fix(INSTALL, ("a==1",), is_command=True),
        Fix("rename b"),
    ]
    assert [fix.text for fix in joined(fixes)] == [f"{INSTALL}a==1 'b>1'", "rename b", f"{INSTALL}--no-deps c"]


def test_what_stands_behind_the_items_stays_there() -> None:
    """A command inside of quotes keeps its end."""
    fixes = [Fix("ssh lab 'unset ", ("A",), "'", is_command=True), Fix("ssh lab 'unset ", ("B",), "'", is_command=True)]
    assert [fix.text for fix in joined(fixes)] == ["ssh lab 'unset A B'"]


def test_nothing_known_is_false() -> None:
    """A difference against which nothing is known to help has an empty fix."""
    assert not Fix()
    assert Fix("look")
    assert joined([]) == joined([Fix()]) == []
