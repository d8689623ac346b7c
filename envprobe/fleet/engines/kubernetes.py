"""`kubernetes:[CONTEXT/NAMESPACE]`: the nodes of a cluster, a Job on each, or pods that run there, by exec."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ...error import TargetError, UsageError
from ...fact import Known
from ...fingerprint import Fingerprint
from ...probing.collect import Options, collect_from
from ...targets.deadline import Deadline
from ...targets.interruption import undone
from ..engine import FleetMember, Members
from ..kubernetes.cluster import Cluster, connect
from ..kubernetes.driver import driver_label, is_left_over
from ..kubernetes.job import JobTarget, remove_job
from ..kubernetes.manifest import DRIVER, MANAGED
from ..kubernetes.place import KubernetesPlace, read_place
from ..kubernetes.pod import PodTarget, out_of_reach
from ..kubernetes.state import default_container, is_set_apart, name_of, node_trouble
from ..unreachable import UnreachableMember

MANAGED_SELECTOR = ",".join(f"{key}={value}" for key, value in MANAGED.items())


@contextmanager
def members(text: str, known: Fingerprint | None) -> Iterator[Members]:
    """Give the nodes, or the pods that `pods=` selects; those that nothing can be run on stand among them with the reason.

    What an earlier driver left is removed first, and what this one made at the end. Raises UsageError and TargetError.
    """
    place = read_place(text)
    image = "" if place.pods is not None else place.option("image") or _image_of(known, place)
    with connect(place) as cluster:
        cluster.require_rights(place)
        if place.pods is not None:
            yield _pods(cluster, place, place.pods)
            return
        driver = driver_label()
        _remove_left_over(cluster, driver)
        with undone(lambda: _remove_all(cluster, driver)):
            yield _nodes(cluster, place, image, driver)


def _image_of(known: Fingerprint | None, place: KubernetesPlace) -> str:
    """Return the baseline's own image, by its digest where that is known: a tag may have been moved."""
    reference = known.get("image.reference") if known is not None else None
    if not isinstance(reference, Known):
        why = "the baseline is of no image" if known is not None else "there is no baseline yet"
        hint = "add ?image=NAME:TAG, or ask pods that run: ?pods=SELECTOR"
        raise UsageError(f"kubernetes:{place.text}: which image? {why}", hint)
    name, digest = str(reference.value), known.get("image.digest") if known is not None else None
    if isinstance(digest, Known) and "@" not in name:
        return f"{name.rpartition(':')[0]}@{digest.value}"
    return name


def _nodes(cluster: Cluster, place: KubernetesPlace, image: str, driver: str) -> Members:
    found: list[FleetMember | UnreachableMember] = []
    for node in cluster.nodes(place.option("nodes")):
        name = name_of(node)
        if words := node_trouble(node, place.tolerations):
            if not is_set_apart(node, place.tolerations):
                found.append(UnreachableMember(name, words))
        else:
            found.append(FleetMember(name, partial(_ask_node, cluster, name, image, place, driver)))
    if not found:
        raise TargetError(f"{cluster.reference}: no nodes to ask", f"{cluster.kubectl} get nodes --show-labels lists them")
    return found


def _pods(cluster: Cluster, place: KubernetesPlace, selector: str) -> Members:
    found: list[FleetMember | UnreachableMember] = []
    for pod in cluster.pods(selector):
        name = name_of(pod)
        if words := out_of_reach(pod, place.option("container") or default_container(pod)):
            found.append(UnreachableMember(name, words))
        else:
            found.append(FleetMember(name, partial(_ask_pod, cluster, name, place)))
    if not found:
        hint = f"{cluster.kubectl} get pods -n {cluster.namespace} --show-labels lists them"
        raise TargetError(f"{cluster.reference}: no pods of pods={selector}", hint)
    return found


def _ask_node(
    cluster: Cluster, node: str, image: str, place: KubernetesPlace, driver: str, options: Options, known: Fingerprint | None
) -> Fingerprint:
    with JobTarget(cluster, node, image, place, driver, Deadline(options.timeout_s)) as target:
        return collect_from(target, options, known, lambda words: None)


def _ask_pod(cluster: Cluster, pod: str, place: KubernetesPlace, options: Options, known: Fingerprint | None) -> Fingerprint:
    with PodTarget(cluster, pod, place, Deadline(options.timeout_s)) as target:
        return collect_from(target, options, known, lambda words: None)


def _remove_left_over(cluster: Cluster, driver: str) -> None:
    for job in cluster.jobs(MANAGED_SELECTOR):
        if is_left_over(job, driver):
            remove_job(cluster, name_of(job))


def _remove_all(cluster: Cluster, driver: str) -> None:
    """Remove what a member did not: its request to make a Job was given up, and the cluster made it all the same."""
    for job in cluster.jobs(f"{MANAGED_SELECTOR},{DRIVER}={driver}"):
        if not (job.get("metadata") or {}).get("deletionTimestamp"):
            remove_job(cluster, name_of(job))
