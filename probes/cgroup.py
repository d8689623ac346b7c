"""The CPU quota of the process's own control group and of those above it, of cgroup v1 and v2."""

import os
import re

MAX = "max"


def quota(host):
    """Return the CPUs that the quota allows, `1.5`, or `unlimited`.

    The tightest group from the process's own up to the root of the mount counts, as the kernel applies every one of them.
    What lies above the mount of a container cannot be seen from inside. Raises OSError where nothing can be read, and
    LookupError where no control group file system with a CPU controller is mounted.
    """
    groups = read_cgroups(host.read_text("/proc/self/cgroup", 1 << 16))
    mounts = [mount for mount in read_mounts(host.read_text("/proc/self/mountinfo")) if mount[0] in groups]
    if not mounts:
        raise LookupError("no control group file system with a CPU controller is mounted")
    limits = []
    for version, root, point in mounts:
        for folder in _folders(groups[version], root, point):
            limits.extend(_limit(host, version, folder))
    return spell(min(limits)) if limits else "unlimited"


def read_cgroups(text):
    """Return {1: path, 2: path} of /proc/self/cgroup: v1's `cpu` controller, v2's only hierarchy."""
    groups = {}
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "cpu" in controllers.split(","):
            groups[1] = path
        elif number == "0" and not controllers:
            groups[2] = path
    return groups


def read_mounts(text):
    """Return (version, root, mount point) of every control group mount that can hold a CPU quota, from mountinfo (proc(5))."""
    mounts = []
    for line in text.splitlines():
        front, _, back = line.partition(" - ")
        fields, kind = front.split(), back.split()
        if len(fields) < 5 or len(kind) < 3:
            continue
        root, point = _unescape(fields[3]), _unescape(fields[4])
        if kind[0] == "cgroup2":
            mounts.append((2, root, point))
        elif kind[0] == "cgroup" and "cpu" in kind[2].split(","):
            mounts.append((1, root, point))
    return mounts


def spell(cpus):
    """Return a number of CPUs in decimal, at most four places: `2`, `0.5`, `0.3333`."""
    return ("%.4f" % cpus).rstrip("0").rstrip(".")


def _folders(path, root, point):
    """Return the folders from the own group up to the mount point.

    In a container the mount shows a part of the hierarchy: `root` is cut off the path. A path that is not below it
    (another namespace's, `/../..`) leaves the mount point alone.
    """
    inside = path == root or path.startswith(root.rstrip("/") + "/")
    rest = path[len(root.rstrip("/")) :].strip("/") if inside and ".." not in path else ""
    parts = rest.split("/") if rest else []
    return [os.path.join(point, *parts[:depth]) for depth in range(len(parts), -1, -1)]


def _limit(host, version, folder):
    """Return [CPUs] of one group, or [] where it has no quota; the root group has no file."""
    try:
        if version == 2:
            allowed, period = host.read_text(folder + "/cpu.max", 256).split()
        else:
            allowed = host.read_text(folder + "/cpu.cfs_quota_us", 256).strip()
            period = host.read_text(folder + "/cpu.cfs_period_us", 256).strip()
    except FileNotFoundError:
        return []
    return [] if allowed in (MAX, "-1") else [int(allowed) / int(period)]


def _unescape(text):
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)
