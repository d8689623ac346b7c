"""What is added to a target's variables, and that a user's own stays."""

from __future__ import annotations

from envprobe.targets import safe_path

(NAME,) = safe_path.VARIABLES


def test_what_a_user_has_set_stays() -> None:
    """Somebody's own setting is a fact of the target, set to nothing too."""
    assert safe_path.beside({NAME, "A"}) == {}
    assert safe_path.beside({"A"}) == safe_path.VARIABLES
    assert safe_path.added({NAME: "", "A": "1"}) == {NAME: "", "A": "1"}
