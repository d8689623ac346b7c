"""Where a package was installed from."""

from __future__ import annotations

import pytest

from envprobe.baseline.origin import from_archive, same_origin, without_credentials

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


URL = "archive https://host/a/six-1.16.0-py2.py3-none-any.whl"


@pytest.mark.parametrize(
    ("origin", "hashes", "observed", "accepted"),
    [
        ("", ["sha256:ab", "md5:cd"], "archive sha256:ab", True),
        ("", ["sha256:ab", "md5:cd"], "archive md5:cd#subdirectory=x", True),
        ("", ["sha256:ab", "md5:cd"], "archive md5:ce", False),
        ("", ["sha256:ab"], "archive sha1:ab", None),
        ("", ["sha256:ab"], "archive", None),
        ("", ["sha256:ab"], "index", True),
        ("", ["sha256:ab"], "directory", False),
        (URL, [], URL, True),
        (URL, [], URL.replace("https://host", "http://HOST:80").replace("six", "s%69x"), True),
        (URL, [], URL.replace("host", "other"), False),
        (URL, [], URL.replace("py2.py3-none-any", "cp38-cp38-linux_x86_64"), False),
        (URL, [], "archive sha256:ab", True),  # pip keeps a digest in place of the URL, and none is declared
        (URL, [], "archive", None),
        (URL, [], "index", False),
        (URL, ["sha256:ab"], "archive sha256:ac", False),
        (URL, ["sha256:ab"], "archive md5:ac", None),
        (URL, ["sha256:ab"], URL, True),  # uv keeps the URL in place of a digest
        ("archive https://[", [], URL, False),
    ],
)
def test_an_archive_is_compared_by_what_the_installer_kept(
    origin: str, hashes: list[str], observed: str, accepted: bool | None
) -> None:
    """A digest of a declared algorithm decides, else host and path; where neither was kept nothing is claimed."""
    assert from_archive(origin, hashes, observed) is accepted
