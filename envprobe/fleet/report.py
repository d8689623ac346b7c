"""What a fleet comes to: classes of identical machines with their verdicts, outliers, and who is out of reach. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from ..fingerprint import Fingerprint
from ..policy import Severity
from ..report import EXIT_STATUS, Difference, Report, Verdict
from .unreachable import UnreachableMember

OUTLIER_SHARE = 0.5
"""A class is unlike its peers where it has at most this share of the members of the largest class that computes alike."""
NO_CLASS = "no benchmark"


class UnstableMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member whose benchmark gave other bits when it was run again: it differs from itself, so no setting explains it."""

    member: str
    times: int
    """How often it was asked."""
    odd: int
    """How often it gave other bits than are given most often."""
    stages: tuple[str, ...]
    """Where, as `part/stage/tensor`."""
    part: str = ""
    """Which of its cores or GPUs, as `core 3`, where each was asked by itself."""
    is_steady: bool = False
    """Whether that one gives the same bits each time, and others than its neighbours."""


class BurnIn(msgspec.Struct, frozen=True, kw_only=True):
    """How much was computed on single cores and GPUs."""

    members: int
    parts: int
    """Cores and GPUs of all of them."""
    runs: int
    fewest: int
    """How often the one ran that ran least."""
    left_out: tuple[str, ...] = ()
    """Members of which it is not known how many cores they have."""


class FleetClass(msgspec.Struct, frozen=True, kw_only=True):
    """Members with the very same fingerprint."""

    id: str
    """Of the fingerprint."""
    numeric_class: str
    """What decides how their processors compute; only within one are members each other's peers."""
    members: tuple[str, ...]
    report: Report
    """Against the baseline."""
    unlike: Report | None = None
    """Against the majority of the same numeric class, where this class is a small one beside it."""
    majority: str = ""
    """The id of that majority."""

    @property
    def verdict(self) -> Verdict:
        """That of every member."""
        return self.report.verdict

    @property
    def differs_in(self) -> list[Difference]:
        """The facts by which it is unlike the majority, the most severe first, without what follows from another."""
        found = self.unlike.roots if self.unlike is not None else []
        telling = [one for one in found if one.severity is not Severity.NOTE]
        return telling or found


class FleetReport(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The result of comparing every member of a fleet with one baseline."""

    engine: str
    """As it was named: `ssh:hosts`."""
    baseline: str
    baseline_id: str
    classes: tuple[FleetClass, ...]
    """Outliers first, then the worst verdict, then the largest."""
    unreachable: tuple[UnreachableMember, ...] = ()
    unstable: tuple[UnstableMember, ...] = ()
    burn_in: BurnIn | None = None
    """None where nobody asked for one."""
    strict: bool = False

    @property
    def outliers(self) -> list[FleetClass]:
        """The classes that are unlike the majority of their peers."""
        return [one for one in self.classes if one.unlike is not None]

    @property
    def answered(self) -> int:
        """How many members gave a fingerprint."""
        return sum(len(one.members) for one in self.classes)

    @property
    def members(self) -> int:
        """How many members there are, those out of reach among them."""
        return self.answered + len(self.unreachable)

    @property
    def verdict(self) -> Verdict:
        """The worst of its members: one that is out of reach, or that differs from itself, leaves the fleet undetermined."""
        found = [one.verdict for one in self.classes]
        found += [Verdict.UNDETERMINED] if self.unreachable or self.unstable or not found else []
        return max(found, key=EXIT_STATUS.__getitem__)

    def count(self, verdict: Verdict) -> int:
        """Return how many members have a verdict."""
        return sum(len(one.members) for one in self.classes if one.verdict is verdict)


class PeerGroup(msgspec.Struct, frozen=True):
    """Members with one fingerprint, before anything is compared."""

    fingerprint: Fingerprint
    numeric_class: str
    members: tuple[str, ...]


def peer_groups(members: Mapping[str, str], fingerprints: Mapping[str, Fingerprint]) -> list[PeerGroup]:
    """Group members by the id of their fingerprint: the largest first, then by id."""
    found: dict[str, list[str]] = {}
    for name, id_ in members.items():
        found.setdefault(id_, []).append(name)
    groups = [PeerGroup(fingerprints[id_], class_of(fingerprints[id_]), tuple(sorted(names))) for id_, names in found.items()]
    return sorted(groups, key=lambda group: (-len(group.members), group.fingerprint.id))


def majorities(groups: Iterable[PeerGroup]) -> dict[str, PeerGroup]:
    """Return the largest group of each numeric class, where there is one largest."""
    by_class: dict[str, list[PeerGroup]] = {}
    for group in groups:
        by_class.setdefault(group.numeric_class, []).append(group)
    return {
        name: peers[0] for name, peers in by_class.items() if len({len(peer.members) for peer in peers[:2]}) == len(peers[:2])
    }


def is_outlier(group: PeerGroup, majority: PeerGroup | None) -> bool:
    """Tell whether a group is a small one beside the majority of its numeric class."""
    return majority is not None and majority is not group and len(group.members) <= OUTLIER_SHARE * len(majority.members)


def class_of(fingerprint: Fingerprint) -> str:
    """Return the numeric class of a fingerprint: that of its trace, else what the processor dispatches to."""
    from ..numerics.trace import numeric_class, read_trace

    if fingerprint.trace is not None:
        return numeric_class(read_trace(fingerprint.trace, "trace"))
    dispatch = fingerprint.sections["cpu"].known.get("dispatch") if "cpu" in fingerprint.sections else None
    return f"{dispatch} ({NO_CLASS})" if isinstance(dispatch, str) else NO_CLASS


def most_frequent(ids: Iterable[str]) -> str:
    """Return what a member gave most often; of several the first."""
    return Counter(ids).most_common(1)[0][0]
