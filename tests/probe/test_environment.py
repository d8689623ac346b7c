"""Environment variables: those that change what is computed, and nothing of anything else."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collectors.environment import collect as environment
from probes.collectors.environment import written as spelled
from probes.variables import GROUPS, HASHED, HASHED_GROUPS, RECORDED

from .fake import FakeHost, facts

KEY = "5a" * 32
MARK = "Zq7"
NAMES = st.text(alphabet=string.ascii_uppercase + "_" + string.digits, min_size=1, max_size=24)
SECRETS = (
    "HF_TOKEN",
    "NVIDIA_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "DB_PASSWORD",
    "PGPASSWORD",
    "MYSQL_PASSWORD",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "NO_PROXY",
    "GITHUB_TOKEN",
    "WANDB_API_KEY",
    "OPENAI_API_KEY",
    "COOKIE",
    "AUTHORIZATION",
    "SSH_AUTH_SOCK",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CUDA_API_KEY",
    "TF_TOKEN",
    "NCCL_SECRET",
    "PYTHON_KEYRING_PASSWORD",
    "KERAS_TOKEN",
    "XLA_PASSWORD",
    "MLFLOW_TRACKING_PASSWORD",
    "KAGGLE_KEY",
)


def recorded(environ: dict[str, str], hash_key: str | None = None, home: str = "/home/alice") -> dict[str, Any]:
    return facts(environment, FakeHost(environ=environ, home=Path(home)), hash_key=hash_key)


@given(st.dictionaries(NAMES.filter(lambda name: name not in RECORDED and name not in HASHED), st.just(MARK), max_size=12))
def test_trap_41_no_value_of_an_unlisted_variable_reaches_the_answer(environ: dict[str, str]) -> None:
    """Whatever its name begins with, a variable that is not listed is not read: neither value nor name appears."""
    document = recorded(environ, hash_key=KEY)
    assert document == {"known": {}, "absent": [], "unknown": {}}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("hash_key", [None, KEY])
def test_trap_41_secrets_and_proxies_never_appear(name: str, hash_key: str | None) -> None:
    """No token, password, key or proxy is in any list: not by value, not by name, not as a hash."""
    assert name not in RECORDED and name not in HASHED
    assert name not in json.dumps(recorded({name: MARK, "LANG": "C"}, hash_key))


@given(st.sampled_from(sorted(HASHED)), st.text(min_size=4, alphabet=string.ascii_letters))
def test_trap_41_the_second_list_appears_as_a_hash_or_not_at_all(name: str, value: str) -> None:
    """Index addresses carry passwords: with a key one sees whether they changed, without one nothing."""
    value = MARK + value
    keyed = recorded({name: value}, KEY)
    assert value not in json.dumps(keyed)
    assert keyed["known"][name].startswith("hmac-sha256:")
    assert keyed == recorded({name: value}, KEY) != recorded({name: value + "x"}, KEY)
    assert recorded({name: value})["known"] == {}


@pytest.mark.parametrize(
    "name",
    [
        "NVIDIA_TF32_OVERRIDE",
        "TF_ENABLE_ONEDNN_OPTS",
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "PYTHONHASHSEED",
        "LD_PRELOAD",
        "TF_DISABLE_DEPTHWISE_CONV_DETERMINISM_EXCEPTIONS",
        "CUBLAS_WORKSPACE_CONFIG",
        "GLIBC_TUNABLES",
        "MKL_CBWR",
        "XLA_FLAGS",
        "DNNL_MAX_CPU_ISA",
        "NPY_DISABLE_CPU_FEATURES",
        "OPENBLAS_CORETYPE",
        "CUDA_VISIBLE_DEVICES",
        "KERAS_BACKEND",
    ],
)
def test_traps_27_30_to_33_switches_that_move_the_bits_are_recorded(name: str) -> None:
    """TF32, oneDNN, thread counts and the hash seed are facts, as they were set before the interpreter started."""
    assert recorded({name: "1"})["known"] == {name: "1"}


def test_set_to_nothing_is_not_unset() -> None:
    """An empty CUDA_VISIBLE_DEVICES hides every GPU; an unset one hides none."""
    assert recorded({"CUDA_VISIBLE_DEVICES": ""})["known"] == {"CUDA_VISIBLE_DEVICES": ""}
    assert recorded({})["known"] == {}


@pytest.mark.parametrize(
    ("environ", "left"),
    [
        ({"LC_CTYPE": "C.UTF-8"}, {}),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, {"LANG": "C"}),
        ({"LC_CTYPE": "de_AT.UTF-8"}, None),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "de_AT.UTF-8"}, None),
    ],
)
def test_trap_24_what_python_set_itself_is_left_out(environ: dict[str, str], left: dict[str, str] | None) -> None:
    """PEP 538 puts LC_CTYPE into the environment of a Python that was started in the C locale; nobody set it."""
    assert recorded(environ)["known"] == (environ if left is None else left)


def test_a_locale_that_is_not_installed_is_coerced_too() -> None:
    """Where LANG names one that is not there Python puts LC_CTYPE into its own variables, which LANG explains and nobody set."""
    host = FakeHost(environ={"LANG": "en_US.UTF-8", "LC_CTYPE": "C.UTF-8"}, begun={"LANG": "en_US.UTF-8"})
    assert facts(environment, host)["known"] == {"LANG": "en_US.UTF-8"}


def test_trap_24_the_probe_leaves_no_trace() -> None:
    """What a host may set to run the probe changes no result and is in no list."""
    assert not {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PATH", "PWD", "HOME", "_", "SHLVL"} & set(RECORDED)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("/home/alice/lib:/usr/lib", "{home}/lib:/usr/lib"),
        ("/home/alicelib:/mnt/home/alice", "/home/alicelib:/mnt/home/alice"),
        ("--xla_dump_to=/home/alice/dump --xla_gpu_autotune_level=0", "--xla_dump_to={home}/dump --xla_gpu_autotune_level=0"),
        ("https://bob:hunter2@example.org/simple", "https://{credentials}@example.org/simple"),
        ("GPU-feba7e40-d724-01ff-b00f-3a439a28a6c7,MIG-GPU-feba7e40-d724-01ff-b00f-3a439a28a6c7/1/0", "GPU-{id},MIG-GPU-{id}"),
        ("hf_abcdefghijklmnop", "{scrubbed}"),
        ("--api_key=abc123 --x=1", "--api_key={scrubbed} --x=1"),
        ("AKIAIOSFODNN7EXAMPLE", "{scrubbed}"),
        ("ya29A0ARrdaM8Zz1QWxk5TYbnm0pLQwErTyUi", "{scrubbed}"),
        ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("--passphrase=hunter2-xy1 --y=2", "--passphrase={scrubbed} --y=2"),
        ("glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable", "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable"),
        ("granularity=fine,compact,1,0", "granularity=fine,compact,1,0"),
        (":4096:8", ":4096:8"),
        ("de_AT.UTF-8", "de_AT.UTF-8"),
        (
            "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit --tf_xla_enable_xla_devices=true",
            "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit --tf_xla_enable_xla_devices=true",
        ),
        ("\udcff\udcfe", "\\xff\\xfe"),
    ],
)
def test_values_are_written_without_machine_or_secret(value: str, written: str) -> None:
    """The home, device ids, passwords and tokens are replaced; switches stay as they are."""
    assert spelled(value, "/home/alice") == written


@given(st.text(alphabet=st.characters(), max_size=6000), st.sampled_from(["", "/", "/home/alice", "/root"]))
def test_any_value_can_be_written_down(value: str, home: str) -> None:
    """Every value is bounded, is UTF-8, and spelling it once more changes nothing."""
    written = spelled(value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"), home)
    written.encode("utf-8")
    assert len(written) <= 4200
    assert spelled(written, home) == written


@given(st.from_regex(r"[A-Za-z0-9+.]{1,20}:[A-Za-z0-9%]{6,40}", fullmatch=True))
def test_no_password_of_an_address_survives(credentials: str) -> None:
    """Whatever stands between `://` and `@` is not written."""
    assert credentials not in spelled("x https://" + credentials + "@pypi.example.org/simple")


def test_the_table_is_literal_and_says_why() -> None:
    """Every name stands once, spelled out, under a reason; there are no prefixes."""
    names = [name for _, names in GROUPS + HASHED_GROUPS for name in names.split()]
    assert len(names) == len(set(names)) == len(RECORDED) + len(HASHED)
    assert all(why for why in (*RECORDED.values(), *HASHED.values()))
    assert all(set(name) <= set(string.ascii_uppercase + string.digits + "_") for name in names)
