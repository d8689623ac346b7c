"""A cluster through the official client: which one, who we are there, and what it says when it will not.

Answers are read as JSON, not through the client's models, which refuse what another version of the cluster leaves out.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from ...error import EnvprobeError, TargetError, UsageError
from ...suggestion import did_you_mean
from ...version import __version__
from .manifest import Verbs, needed, role_command
from .place import NAME, KubernetesPlace
from .refusal import Gone, Silent

ANSWER_S = 30
"""How long one request may take."""
PAGE = 250
WORDS_LIMIT = 600
USER = re.compile(r"""User "([^"'\s]{1,253})\"""")
IN_CLUSTER = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"


class Cluster:
    """A namespace of a cluster, and the client that speaks to it."""

    def __init__(self, api: client.ApiClient, context: str, namespace: str) -> None:
        self.reference = f"kubernetes:{context}/{namespace}"
        self.namespace = namespace
        self._api, self._context = api, context
        self._core, self._batch = client.CoreV1Api(api), client.BatchV1Api(api)
        self.user = "YOU"

    @property
    def kubectl(self) -> str:
        """What is typed for this cluster before kubectl's own words."""
        return "kubectl" + (f" --context {shlex.quote(self._context)}" if self._context else "")

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._api.rest_client.pool_manager.clear()  # `close` lets go of the client's threads alone
        self._api.close()

    def own_client(self) -> client.CoreV1Api:
        """Return a client that nobody else uses: for a stream the library changes it while it connects."""
        api = client.ApiClient(self._api.configuration)
        api.user_agent = self._api.user_agent
        return client.CoreV1Api(api)

    def nodes(self, selector: str) -> Iterator[Any]:
        """Yield the nodes with these labels."""
        return self._listed(self._core.list_node, label_selector=selector)

    def node(self, name: str) -> Any:
        """Return a node."""
        return self.ask(self._core.read_node, name)

    def pods(self, selector: str) -> Iterator[Any]:
        """Yield the pods with these labels."""
        return self._listed(self._core.list_namespaced_pod, self.namespace, label_selector=selector)

    def pod(self, name: str) -> Any:
        """Return a pod."""
        return self.ask(self._core.read_namespaced_pod, name, self.namespace)

    def log(self, pod: str, limit_bytes: int) -> bytes:
        """Return the beginning of what a pod wrote."""
        read = self._core.read_namespaced_pod_log
        log: bytes = self.ask(read, pod, self.namespace, limit_bytes=limit_bytes, at_most_bytes=limit_bytes)
        return log

    def jobs(self, selector: str) -> Iterator[Any]:
        """Yield the Jobs with these labels."""
        return self._listed(self._batch.list_namespaced_job, self.namespace, label_selector=selector)

    def events_of_job(self, name: str) -> Iterator[Any]:
        """Yield what the controllers say of a Job."""
        about = f"involvedObject.kind=Job,involvedObject.name={name}"
        return self._listed(self._core.list_namespaced_event, self.namespace, field_selector=about)

    def create_job(self, body: dict[str, Any]) -> Any:
        """Make a Job, and return it as it was made."""
        return self.ask(self._batch.create_namespaced_job, self.namespace, body)

    def create_secret(self, body: dict[str, Any]) -> None:
        """Make a Secret."""
        self.ask(self._core.create_namespaced_secret, self.namespace, body)

    def delete_job(self, name: str) -> None:
        """Delete a Job with all that is its own."""
        self.ask(self._batch.delete_namespaced_job, name, self.namespace, propagation_policy="Background")

    def ask(self, call: Callable[..., Any], *words: Any, at_most_bytes: int = 0, **options: Any) -> Any:
        """Return what a call of the client answers, read as JSON; with a limit, its first bytes as they are.

        Raises TargetError with what the cluster says; Gone and Silent are kinds of it.
        """
        try:
            response = call(*words, _preload_content=False, _request_timeout=ANSWER_S, **options)
            try:
                return response.read(at_most_bytes) if at_most_bytes else json.loads(response.read())
            finally:
                response.release_conn()
        except ApiException as error:
            raise self.refusal(error) from None
        except (HTTPError, OSError) as error:
            raise self._silence(error) from None
        except ValueError:
            raise Silent(f"{self.reference}: what answers there speaks no Kubernetes", self._look()) from None

    def _listed(self, call: Callable[..., Any], *words: Any, **options: Any) -> Iterator[Any]:
        """Yield the items of a list, page by page."""
        again: dict[str, Any] = {}
        while True:
            page = self.ask(call, *words, limit=PAGE, **options, **again)
            yield from page.get("items") or []
            token = (page.get("metadata") or {}).get("continue")
            if not token:
                return
            again = {"_continue": token}

    def refusal(self, error: ApiException) -> EnvprobeError:
        """Return the error for a request that was refused, in the cluster's own words."""
        words = _message(error)
        self.user = next(iter(USER.findall(words)), self.user)
        problem = f"{self.reference}: {words}"
        if error.status == 404:
            return Gone(problem, self._look())
        if error.status == 401:
            return TargetError(
                f"{self.reference}: the cluster does not know you: {words}", f"log in; try {self.kubectl} get pods"
            )
        if error.status == 429 or not error.status or error.status >= 500:
            return Silent(problem, self._look())
        return TargetError(problem, self._look())

    def require_rights(self, place: KubernetesPlace) -> None:
        """Raise TargetError with all that is missing, and what gives it, before anything is made."""
        lacking = [one for one in (self._lacking(*verbs) for verbs in needed(place)) if one[3]]
        if lacking:
            with suppress(TargetError):  # who we are there stands in a refusal
                self.ask(self._core.list_persistent_volume, limit=1)
            missing = "; ".join(f"{', '.join(verbs)} {'/'.join(filter(None, name))}" for _, *name, verbs in lacking)
            role = role_command(needed(place), self.namespace, self.user, "kubectl")
            hint = f"somebody who may can give you what is needed:\n{role}"
            raise TargetError(f"{self.reference}: you ({self.user}) may not {missing}", hint)

    def _lacking(self, group: str, resource: str, part: str, verbs: tuple[str, ...]) -> Verbs:
        return group, resource, part, tuple(verb for verb in verbs if not self._may(group, resource, part, verb))

    def _may(self, group: str, resource: str, part: str, verb: str) -> bool:
        wanted = {"group": group, "resource": resource, "subresource": part, "verb": verb}
        if resource != "nodes":
            wanted["namespace"] = self.namespace
        body = {
            "kind": "SelfSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "spec": {"resourceAttributes": wanted},
        }
        review = client.AuthorizationV1Api(self._api).create_self_subject_access_review
        return bool((self.ask(review, body).get("status") or {}).get("allowed"))

    def _silence(self, error: Exception) -> Silent:
        said = str(getattr(error, "reason", None) or error)
        words = said.rpartition(": ")[2].strip("'()\" ") or type(error).__name__
        return Silent(f"{self.reference}: no answer from {self._api.configuration.host}: {words[:WORDS_LIMIT]}", self._look())

    def _look(self) -> str:
        return f"does {self.kubectl} get pods -n {self.namespace} answer?"


def connect(place: KubernetesPlace) -> Cluster:
    """Return the cluster and the namespace that are meant, as kubectl would find them. Raises UsageError or TargetError."""
    files = os.environ.get("KUBECONFIG") or str(
        Path("~/.kube/config").expanduser()
    )  # the library asks but once, when it is loaded
    try:
        contexts, current = config.list_kube_config_contexts(config_file=files)
    except config.ConfigException as error:
        if not place.where.partition("/")[0] and "KUBERNETES_SERVICE_HOST" in os.environ:
            return _inside(place)
        hint = "point KUBECONFIG at yours; kubectl config get-contexts shows what is in it, use-context chooses"
        raise TargetError(f"kubernetes: {files}: {_first_line(error)}", hint) from None
    except Exception as error:  # noqa: BLE001 - a damaged file raises what its YAML happens to break
        raise TargetError(
            f"kubernetes: {files}: no kubeconfig: {type(error).__name__}", "kubectl config view says where"
        ) from None
    named = {str(one["name"]): one.get("context") or {} for one in contexts}
    context, namespace = _chosen(place.where, named)
    context = context or str((current or {}).get("name") or "")
    if context not in named:
        close = did_you_mean(context, named) or "kubectl config get-contexts shows those that there are"
        raise UsageError(f"kubernetes:{place.where}: there is no context {context!r} in {files}", close)
    try:
        api = config.new_client_from_config(config_file=files, context=context)
    except Exception as error:  # noqa: BLE001 - a plugin that logs in may fail in any way
        problem = f"kubernetes:{context}: its credentials cannot be had: {_first_line(error)}"
        raise TargetError(problem, f"does kubectl --context {shlex.quote(context)} get pods answer?") from None
    return _cluster(api, context, namespace or str(named[context].get("namespace") or "default"))


def _inside(place: KubernetesPlace) -> Cluster:
    configuration = client.Configuration()
    try:
        config.load_incluster_config(configuration)
        with open(IN_CLUSTER, encoding="utf-8") as stream:  # noqa: PTH123
            own = stream.read().strip()
    except (config.ConfigException, OSError) as error:
        raise TargetError(f"kubernetes:{place.where}: {_first_line(error)}", "give this pod a service account") from None
    return _cluster(client.ApiClient(configuration), "", place.where.partition("/")[2] or own)


def _cluster(api: client.ApiClient, context: str, namespace: str) -> Cluster:
    if not NAME.fullmatch(namespace):
        raise UsageError(f"kubernetes:{context}/{namespace}: not the name of a namespace", "kubectl get namespaces lists them")
    api.user_agent = f"envprobe/{__version__}"
    return Cluster(api, context, namespace)


def _chosen(where: str, named: dict[str, Any]) -> tuple[str, str]:
    """Return context and namespace: a context's own name may have strokes, as those of EKS do."""
    if where in named or "/" not in where:
        return where, ""
    context, _, namespace = where.rpartition("/")
    return context, namespace


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).partition("\n")[0][:WORDS_LIMIT]


def _message(error: ApiException) -> str:
    """Return the words of the cluster's Status; the library's own have the headers in them."""
    try:
        words = json.loads(error.body or "")["message"]
    except (ValueError, KeyError, TypeError):
        words = error.reason or f"status {error.status}"
    return " ".join(str(words).split())[:WORDS_LIMIT]
