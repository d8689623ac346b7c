"""Where a package was installed from."""

from __future__ import annotations

import pytest

from envprobe.baseline.origin import archive_digest, same_origin, without_credentials

COMMIT = "deadbeefcafe0123456789abcdef0123456789ab"


@pytest.mark.parametrize(
    ("expected", "observed", "same"),
    [
        ("editable", "editable", True),
        ("editable", "editable#subdirectory=sub", True),
        ("editable", "directory", False),
        ("directory", "index", False),
        ("archive", "archive sha256:12", True),
        ("archive", "archive https://host/x-1.tar.gz", True),
        ("archive", "index", False),
        (f"git+https://host/a/b@{COMMIT}", f"git+https://host/a/b@{COMMIT}", True),
        ("git+https://host/a/b.git@deadbee", f"git+https://HOST/a/b@{COMMIT}", True),
        ("git+https://host/a/b@0000000", f"git+https://host/a/b@{COMMIT}", False),
        ("git+https://host/a/b@v1.0", f"git+https://host/a/b@{COMMIT}", True),
        ("git+https://host/a/b", f"git+https://host/a/b@{COMMIT}", True),
        ("git+https://host/a/b#subdirectory=x", f"git+https://host/a/b@{COMMIT}", False),
        ("git+https://host/a/b#subdirectory=x/", f"git+https://host/a/b@{COMMIT}#subdirectory=x", True),
        ("git+https://host/a/other", f"git+https://host/a/b@{COMMIT}", False),
        ("git+ssh://git@host/a/b@deadbee", f"git+ssh://git@host/a/b@{COMMIT}", True),
        ("git+https://[broken", "index", False),
    ],
)
def test_same_origin(expected: str, observed: str, same: bool) -> None:
    """The same repository, folder and commit; a branch cannot be told from a commit afterwards."""
    assert same_origin(expected, observed) is same


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://user:secret@host:8080/simple?token=secret", "https://host:8080/simple"),
        ("git+https://secret@host/a/b@v1#egg=b", "git+https://host/a/b@v1#egg=b"),
        ("git+ssh://git@host/a", "git+ssh://git@host/a"),
        ("https://git:secret@host/a", "https://host/a"),
    ],
)
def test_no_credentials_are_kept(url: str, clean: str) -> None:
    """User, password and query never reach a baseline."""
    assert without_credentials(url) == clean


def test_digest_of_an_archive() -> None:
    """Only a SHA-256 can be compared."""
    assert archive_digest("archive sha256:ab#subdirectory=x") == "sha256:ab"
    assert archive_digest("archive md5:ab") == archive_digest("archive https://h/x") == archive_digest("index") == ""
