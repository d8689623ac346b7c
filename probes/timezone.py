"""The time zone in effect, as a name where there is one: TZ, else /etc/localtime, as tzset(3) decides."""

import hashlib
import os
import re

LOCAL = "/etc/localtime"
ZONES = "/usr/share/zoneinfo"
SAME_AS_UTC = ("UTC", "UTC0", "UCT", "Universal", "Zulu", "GMT0", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "")
POSIX_RULE = re.compile(r"(?:[A-Za-z]{3,}|<[^>]+>)[-+]?[0-9]")
LIMIT_BYTES = 1 << 20


def timezone(host):
    """Return `Europe/Vienna`, `UTC`, the POSIX rule of a nameless zone file, or its digest.

    glibc and musl both take UTC where TZ is empty or names a zone that is not installed (an image without tzdata), and
    where there is no /etc/localtime. Raises OSError where the zone's file cannot be read.
    """
    value = host.environ.get("TZ", LOCAL).lstrip(":")
    if value.startswith("/"):
        return _of_file(host, value)
    if POSIX_RULE.match(value):
        return _name(value)
    return _name(value) if host.exists(host.environ.get("TZDIR", ZONES) + "/" + value) else "UTC"


def _of_file(host, path):
    if not host.exists(path):
        return "UTC"
    _, zoneinfo, name = os.path.realpath(host.locate(path)).partition("/zoneinfo/")
    if zoneinfo:
        return _name(name)
    rules = host.read_bytes(path, LIMIT_BYTES)
    return _name(_named_alike(host, rules) or _posix_rule(rules) or "sha256:" + hashlib.sha256(rules).hexdigest())


def _name(zone):
    """Return a zone's name without the folder of its leap seconds, and one name for UTC."""
    for prefix in ("posix/", "right/"):
        zone = zone[len(prefix) :] if zone.startswith(prefix) else zone
    return "UTC" if zone in SAME_AS_UTC else zone


def _named_alike(host, rules):
    """Return what /etc/timezone says, where that zone's rules are those in effect: the two files can disagree."""
    try:
        name = host.read_text("/etc/timezone", 256).strip()
        return name if name and host.read_bytes(ZONES + "/" + name, LIMIT_BYTES) == rules else ""
    except OSError:
        return ""


def _posix_rule(rules):
    """Return the footer of a TZif file of version 2 or later (RFC 8536, 3.3): `CET-1CEST,M3.5.0,M10.5.0/3`."""
    if not rules.startswith(b"TZif") or rules[4:5] < b"2" or not rules.endswith(b"\n"):
        return ""
    return rules[:-1].rpartition(b"\n")[2].decode("ascii", "replace")
