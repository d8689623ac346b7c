from __future__ import annotations

import json

import pytest

from envprobe.carrier import splice
from envprobe.error import DocumentError


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{}", '{"new": [1]}'),
        ('{"a": 1}', '{"a": 1, "new": [1]}'),
        ('{"a":1,"b":2}', '{"a":1,"b":2,"new":[1]}'),
        ('{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "new": [\n    1\n  ]\n}\n'),
        ('{\n\t"a": 1\n}', '{\n\t"a": 1,\n\t"new": [\n\t\t1\n\t]\n}'),
        ('{"new": 0, "a": 1}', '{"new": [1], "a": 1}'),
        ('{"a": 1e0, "b": "\\u00e9"}', '{"a": 1e0, "b": "\\u00e9", "new": [1]}'),
    ],
)
def test_a_member_is_written_as_its_neighbours_are(text: str, result: str) -> None:
    """Indentation and spaces are those of the document, and nothing else of it moves."""
    assert splice.put_member(text, 0, "new", [1], "file") == result
    assert json.loads(result)["new"] == [1]


@pytest.mark.parametrize(
    ("text", "result"), [("[]", "[7]"), ("[1]", "[1,7]"), ("[1, 2]", "[1, 2, 7]"), ("[\n 1\n]", "[\n 1,\n 7\n]")]
)
def test_an_item_is_added_at_the_end(text: str, result: str) -> None:
    """A list grows by one item in the style that it has."""
    assert json.loads(splice.put_item(text, 0, None, 7, "file")) == json.loads(result)


def test_a_member_twice_is_refused() -> None:
    """Which of two members of one name counts cannot be told."""
    with pytest.raises(DocumentError, match="two members"):
        splice.member('{"envprobe": 1, "envprobe": 2}', 0, "envprobe", "file")


@pytest.mark.parametrize(
    "text", ["{", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1]', "{" + '"a":[' * 100_000, '{"a":' + "1" * 5000 + "}"]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    """A document that ends early, nests without end or holds an endless number is refused with an error of ours."""
    with pytest.raises(DocumentError, match="not JSON"):
        splice.parts(text, 0, "file")
