"""Where a distribution came from, when it did not come from an index: PEP 610's direct_url.json."""

import json
import os
import re
import urllib.parse

_HASH = re.compile(r"[0-9a-zA-Z_]+=[0-9a-fA-F]+$")


def direct_url(distribution):
    """Return the object in direct_url.json; empty where there is none or it makes no sense."""
    data = distribution.read("direct_url.json", 1 << 16)
    try:
        value = json.loads(data.decode("utf-8")) if data else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) and isinstance(value.get("url"), str) else {}


def source_folder(url):
    """Return the folder of a local project that direct_url.json points at, or an empty string."""
    if not isinstance(url.get("dir_info"), dict) or not url["url"].startswith("file:"):
        return ""
    path = urllib.parse.unquote(url["url"][len("file:") :].partition("#")[0])
    return os.path.normpath("/" + path.replace("//localhost/", "/", 1).lstrip("/"))


def is_editable(url):
    """Tell whether direct_url.json says that the files are a working copy."""
    return bool(isinstance(url.get("dir_info"), dict) and url["dir_info"].get("editable") is True)


def describe(url):
    """Return the origin that direct_url.json records, without credentials, query or any path of the machine."""
    below = url.get("subdirectory")
    suffix = "#subdirectory=" + below if isinstance(below, str) and below else ""
    if isinstance(url.get("vcs_info"), dict):
        return _version_control(url["url"], url["vcs_info"]) + suffix
    if is_editable(url):
        return "editable" + suffix
    if isinstance(url.get("dir_info"), dict):
        return "directory" + suffix
    return _archive(url["url"], url.get("archive_info")) + suffix


def archive_place(url):
    """Return the URL of an archive that direct_url.json records, without credentials and query; empty for what is no such archive."""
    if isinstance(url.get("vcs_info"), dict) or isinstance(url.get("dir_info"), dict):
        return ""
    return without_secrets(url["url"])


def _version_control(url, info):
    where = without_secrets(url)
    kind = info.get("vcs") if isinstance(info.get("vcs"), str) else "vcs"
    commit = info.get("commit_id")
    return kind + ("+" + where if where else "") + ("@" + commit if isinstance(commit, str) and commit else "")


def _archive(url, info):
    info = info if isinstance(info, dict) else {}
    hashes = info.get("hashes")
    found = ["%s=%s" % item for item in sorted(hashes.items())] if isinstance(hashes, dict) else [info.get("hash")]
    for text in found:
        if isinstance(text, str) and _HASH.match(text):
            return "archive " + text.replace("=", ":", 1)
    where = without_secrets(url)
    return "archive " + where if where else "archive"


def without_secrets(url):
    """Return a URL without user information, query and fragment; empty for one that leads into a machine's own files."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address
        return ""
    scheme = parts.scheme.rpartition("+")[2]
    if scheme in ("file", "") or not parts.netloc:
        return ""
    user, _, where = parts.netloc.rpartition("@")
    return "%s://%s%s" % (scheme, ("git@" if user == "git" else "") + where, parts.path)
