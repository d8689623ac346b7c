"""The Kubernetes admission policy in ci/kubernetes.yml; tests/real/test_standard_forms.py holds it against the schema."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).parents[2] / "ci" / "kubernetes.yml"
POD_LISTS = ("containers", "initContainers", "ephemeralContainers")


@pytest.fixture
def documents() -> list[Any]:
    return list(yaml.safe_load_all(FILE.read_text("utf-8")))


def test_policy_and_binding_fit(documents: list[Any]) -> None:
    """The binding names the policy, gives it the kind of parameters that it takes, and refuses where they are not there."""
    policy, binding = documents
    assert (policy["kind"], binding["kind"]) == ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
    assert binding["spec"]["policyName"] == policy["metadata"]["name"]
    assert policy["spec"]["paramKind"] == {"apiVersion": "v1", "kind": "ConfigMap"}
    assert binding["spec"]["paramRef"]["parameterNotFoundAction"] == "Deny"
    assert (policy["spec"]["failurePolicy"], binding["spec"]["validationActions"]) == ("Fail", ["Deny"])


def test_every_container_of_a_pod_is_looked_at(documents: list[Any]) -> None:
    """An image slips in through no other list of containers, and not later either."""
    spec = documents[0]["spec"]
    images, unknown = (variable["expression"] for variable in spec["variables"])
    assert all(f"object.spec.{name}.map(c, c.image)" in images for name in POD_LISTS)
    rules = spec["matchConstraints"]["resourceRules"]
    assert rules[0]["operations"] == ["CREATE", "UPDATE"] and "pods/ephemeralcontainers" in rules[0]["resources"]
    pattern = re.search(r"matches\('([^']+)'\)", unknown)
    assert pattern
    assert re.search(pattern[1], "registry.example:5000/team/train@sha256:" + "ab12" * 16)
    assert not any(re.search(pattern[1], image) for image in ("train:1", "train@sha256:ab", "a@b@sha256:" + "ab12" * 16))
