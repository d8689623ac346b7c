"""A real Kubernetes of a test's own on this machine: etcd, API server, controllers, scheduler, and a kubelet over a real Docker.

Debian ships the sources of Kubernetes 1.20 and, of its programs, kubectl alone: the others are built from there, once, and kept
under `$XDG_CACHE_HOME/envprobe-tests`. Two things are changed: pods' sandboxes ask for no oom score below zero, which needs a
capability that containers and many CI machines lack; and reflect2 is Debian's, because the one that came with 1.20 crashes the
API server when it is compiled by a Go of 2022 or later.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.support.cluster import free_ports, require, running, until

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet")
BUILD_TOOLS = ("go", "gcc", "rsync", "patch", "etcd", "apt-get", "make", "dpkg")
REFLECT = "golang-github-modern-go-reflect2-dev"
SOURCE = "deb-src http://deb.debian.org/debian bookworm main\n"
NODE = "127.0.0.1"
"""Named by the address where the API server finds its kubelet."""
NAMESPACE = "lab"
TOKENS = {"admin": "admin-of-the-lab", "weak": "weak-of-the-lab"}
"""Contexts, users and their tokens; one is in system:masters, the other may do nothing."""
PAUSE = "envprobe-test/pause:1"
KUBELET = """
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {{anonymous: {{enabled: false}}, webhook: {{enabled: false}}, x509: {{clientCAFile: {folder}/ca.crt}}}}
authorization: {{mode: AlwaysAllow}}
address: 127.0.0.1
port: {port}
healthzPort: 0
readOnlyPort: 0
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
makeIPTablesUtilChains: false
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {{memory.available: 1Mi}}
oomScoreAdj: 0
syncFrequency: 5s
nodeStatusUpdateFrequency: 4s
"""


def programs() -> Path:
    """Return the folder with the programs, built first where it is missing: eight minutes on two idle cores."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "envprobe-tests"
    folder = cache / "kubernetes-1.20"
    if all((folder / name).is_file() for name in (*PROGRAMS, "pause")):
        return folder
    require(f"programs to build Kubernetes with ({', '.join(BUILD_TOOLS)})", *map(shutil.which, BUILD_TOOLS))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        _build(Path(scratch), folder)
    return folder


def _build(scratch: Path, folder: Path) -> None:
    """Build from Debian's source package, with Debian's patches, as its debian/rules does."""
    (scratch / "lists/partial").mkdir(parents=True)
    (scratch / "src.list").write_text(SOURCE)
    settings = {"sourcelist": scratch / "src.list", "sourceparts": "/dev/null"}
    options = [f"-oDir::Etc::{name}={value}" for name, value in settings.items()]
    options += [f"-oDir::State::Lists={scratch}/lists"]
    for words in (["update", "-q"], ["source", "-q", "--download-only", "kubernetes"]):
        subprocess.run(["apt-get", *options, *words], cwd=scratch, check=True)
    tree = scratch / "kubernetes"
    tree.mkdir()
    (orig,), (debian,) = scratch.glob("*.orig.tar.gz"), scratch.glob("*.debian.tar.xz")
    subprocess.run(["tar", "xf", orig, "-C", tree, "--strip-components=1"], check=True)
    subprocess.run(["tar", "xf", debian, "-C", tree], check=True)
    for name in (tree / "debian/patches/series").read_text().split():
        subprocess.run(["patch", "-p1", "-s", "-i", tree / "debian/patches" / name], cwd=tree, check=True)
    sandbox = tree / "pkg/kubelet/dockershim/docker_sandbox.go"
    text = sandbox.read_text()
    assert "defaultSandboxOOMAdj int = -998" in text
    sandbox.write_text(text.replace("defaultSandboxOOMAdj int = -998", "defaultSandboxOOMAdj int = 0"))
    _replace_reflect(scratch, tree / "vendor/github.com/modern-go/reflect2")
    (tree / ".go/src/k8s.io").mkdir(parents=True)
    (tree / ".go/src/k8s.io/kubernetes").symlink_to("../../..")
    environ = {"GOPATH": f"{tree}/.go", "CGO_ENABLED": "0", "HOME": str(scratch), "GOFLAGS": "-mod=vendor", "GO111MODULE": "on"}
    what = " ".join(f"cmd/{name}" for name in PROGRAMS)
    for words in (["generated_files"], [f"WHAT={what}", "GOLDFLAGS=-s -w"]):
        subprocess.run(["nice", "make", *words], cwd=tree, env={**os.environ, **environ}, check=True)
    pause = tree / "build/pause/linux/pause.c"
    subprocess.run(["gcc", "-Os", "-static", "-DVERSION=test", "-o", folder / "pause", pause], check=True)
    for name in PROGRAMS:
        shutil.copy2(tree / "_output/bin" / name, folder / f".{name}")
        (folder / f".{name}").replace(folder / name)


def _replace_reflect(scratch: Path, vendored: Path) -> None:
    subprocess.run(["apt-get", "download", "-q", REFLECT], cwd=scratch, check=True)
    (package,) = scratch.glob(f"{REFLECT}_*.deb")
    subprocess.run(["dpkg", "-x", package, scratch / "reflect"], check=True)
    for old in vendored.glob("*.go"):
        old.unlink()
    for new in (scratch / "reflect/usr/share/gocode/src/github.com/modern-go/reflect2").glob("*.go"):
        if not new.name.endswith("_test.go"):
            shutil.copy(new, vendored)


class Lab:
    """A cluster that runs; `api` speaks to it apart from the library that is tested."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.host = folder, f"https://127.0.0.1:{port}"
        self.kubeconfig = folder / "kubeconfig"
        self._tls = ssl.create_default_context(cafile=str(folder / "ca.crt"))

    def api(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """Return what the API server answers as the administrator."""
        headers = {"Authorization": f"Bearer {TOKENS['admin']}", "Content-Type": kind, "Accept": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.host + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30, context=self._tls) as answer:
            return json.load(answer)

    def patch(self, path: str, body: Any) -> Any:
        """Change a part of an object."""
        return self.api("PATCH", path, body, "application/merge-patch+json")

    def ours(self, kind: str) -> list[str]:
        """Return the names of what envprobe has there: `jobs`, `pods`, `secrets`."""
        root = f"/apis/batch/v1/namespaces/{NAMESPACE}" if kind == "jobs" else f"/api/v1/namespaces/{NAMESPACE}"
        listed = self.api("GET", f"{root}/{kind}?labelSelector=app.kubernetes.io/managed-by=envprobe")
        return [one["metadata"]["name"] for one in listed["items"]]

    def add_node(self, name: str, **spec: Any) -> None:
        """Register a node without a kubelet: the controllers find that it does not answer."""
        self.api("POST", "/api/v1/nodes", {"metadata": {"name": name}, "spec": spec})

    def answers(self) -> bool:
        """Say whether the API server is ready."""
        try:
            with urllib.request.urlopen(f"{self.host}/readyz", timeout=5, context=self._tls):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def is_ready(self, node: str = NODE) -> bool:
        """Say whether a node takes pods."""
        try:
            status = self.api("GET", f"/api/v1/nodes/{node}")["status"]
        except urllib.error.HTTPError:
            return False
        return any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", []))


@contextmanager
def kubernetes(folder: Path) -> Iterator[Lab]:
    """Run a cluster of one real node, with a namespace, and contexts `admin` and `weak`; all that it made is gone afterwards."""
    binaries = programs()
    etcd, peers, port, controllers, scheduler, kubelet = free_ports(6)
    _write(folder, port, kubelet)
    lab = Lab(folder, port)
    served = [f"--kubeconfig={folder}/kubeconfig", "--leader-elect=false", "--port=0", "--bind-address=127.0.0.1"]
    store = f"http://127.0.0.1:{etcd}"
    with ExitStack() as stack:

        def start(name: str, *options: str) -> None:
            program = shutil.which(name) if name == "etcd" else str(binaries / name)
            stack.enter_context(running([str(program), *options], folder / f"{name}.log"))

        _import_pause(binaries)
        start(
            "etcd",
            f"--data-dir={folder}/etcd",
            f"--listen-client-urls={store}",
            f"--advertise-client-urls={store}",
            f"--listen-peer-urls=http://127.0.0.1:{peers}",
            "--unsafe-no-fsync",
        )
        start(
            "kube-apiserver",
            f"--etcd-servers={store}",
            f"--secure-port={port}",
            "--insecure-port=0",
            "--bind-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--tls-cert-file={folder}/server.crt",
            f"--tls-private-key-file={folder}/server.key",
            f"--token-auth-file={folder}/tokens.csv",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.254.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={folder}/server.key",
            f"--service-account-signing-key-file={folder}/server.key",
            "--kubelet-preferred-address-types=Hostname",
            f"--kubelet-client-certificate={folder}/client.crt",
            f"--kubelet-client-key={folder}/client.key",
        )
        until(lab.answers, 180)
        start(
            "kube-controller-manager",
            *served,
            f"--secure-port={controllers}",
            f"--cert-dir={folder}/controllers",
            f"--service-account-private-key-file={folder}/server.key",
            "--node-monitor-grace-period=20s",
            "--node-monitor-period=2s",
        )
        start("kube-scheduler", *served, f"--secure-port={scheduler}", f"--cert-dir={folder}/scheduler")
        stack.callback(_remove_containers, folder)
        start(
            "kubelet",
            f"--config={folder}/kubelet.yaml",
            f"--kubeconfig={folder}/kubeconfig",
            f"--hostname-override={NODE}",
            f"--root-dir={folder}/kubelet",
            f"--cert-dir={folder}/kubelet-pki",
            f"--volume-plugin-dir={folder}/volume-plugins",
            f"--pod-infra-container-image={PAUSE}",
            "--container-runtime=docker",
        )
        lab.api("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        until(lab.is_ready, 120)
        until(lambda: bool(lab.api("GET", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts")["items"]), 60)
        yield lab
        lab.api("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
        until(lambda: not lab.api("GET", f"/api/v1/namespaces/{NAMESPACE}/pods")["items"], 60)


def _write(folder: Path, port: int, kubelet: int) -> None:
    """Write certificates, tokens and configurations."""
    _certificates(folder)
    (folder / "tokens.csv").write_text(f"{TOKENS['admin']},admin,1,system:masters\n{TOKENS['weak']},weak,2\n")
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(folder / "ca.crt")}
    contexts = [{"name": name, "context": {"cluster": "lab", "user": name, "namespace": NAMESPACE}} for name in TOKENS]
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "admin",
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": name, "user": {"token": token}} for name, token in TOKENS.items()],
        "contexts": contexts,
    }
    (folder / "kubeconfig").write_text(json.dumps(config))
    (folder / "kubelet.yaml").write_text(KUBELET.format(port=kubelet, folder=folder))


def _certificates(folder: Path) -> None:
    """Make an authority, and of it a server's and a client's certificate."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "rsa:2048", "-nodes")
    authority = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=lab-ca", *authority, "-keyout", "ca.key", "-out", "ca.crt")
    for name, words in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
        (folder / f"{name}.ext").write_text(f"{words}\nauthorityKeyIdentifier=keyid\n")
        openssl("req", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.crt")


def _import_pause(binaries: Path) -> None:
    """Give the engine the image of pods' sandboxes: the program that Kubernetes itself has for it, and nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "Dockerfile").write_text('FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n')
        shutil.copy2(binaries / "pause", scratch)
        subprocess.run(["docker", "build", "-q", "-t", PAUSE, scratch], check=True, capture_output=True)


def _remove_containers(folder: Path) -> None:
    """Remove what the kubelet left on the engine, and its mounts."""
    chosen = ("--filter", f"label=io.kubernetes.pod.namespace={NAMESPACE}")
    listed = subprocess.run(["docker", "ps", "-aq", *chosen], capture_output=True, text=True, check=True).stdout.split()
    if listed:
        subprocess.run(["docker", "rm", "-f", *listed], check=True, capture_output=True)
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in reversed([one for one in mounted if one.startswith(f"{folder}/")]):
        subprocess.run(["umount", place], check=False)
