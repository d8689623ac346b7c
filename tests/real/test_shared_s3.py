"""Baselines in S3, as moto serves it: conditional writes, the cache, and what a store says that has nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
import requests

from envprobe import cli, shared
from envprobe.error import StoreError
from envprobe.fingerprint import to_json
from tests.support.cluster import free_ports, require
from tests.support.sample import fingerprint

pytestmark = pytest.mark.real


@pytest.fixture(scope="module", autouse=True)
def bucket(tmp_path_factory):
    """A server with one bucket, and the client's own variables."""
    require("moto and s3fs", find_spec("moto"), find_spec("s3fs"))
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL
    ) as server:
        until = time.monotonic() + 60
        while not _answers(address):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert requests.put(f"{address}/lab", timeout=10).ok
        with pytest.MonkeyPatch.context() as patch:
            variables = {
                "AWS_ACCESS_KEY_ID": "ours",
                "AWS_SECRET_ACCESS_KEY": "nobody-sees-this",
                "FSSPEC_S3_ENDPOINT_URL": address,
            }
            for name, value in {
                **variables,
                "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
                "AWS_DEFAULT_REGION": "us-east-1",
            }.items():
                patch.setenv(name, value)
            from fsspec.config import conf, set_conf_env

            set_conf_env(conf)
            yield address
            conf.clear()
        server.kill()


def _write(address: str, key: str, data: bytes) -> None:
    """Write as somebody else does, with another client."""
    import boto3

    boto3.client("s3", endpoint_url=address).put_object(Bucket="lab", Key=key, Body=data)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/moto-api/", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_a_baseline_in_a_bucket(tmp_path, monkeypatch, capsys):
    """Recorded, checked and shown by URL; neither key is in what is written or printed."""
    monkeypatch.chdir(tmp_path)
    Path("me.json").write_bytes(to_json(fingerprint()))
    record = ["record", "file://me.json", "--output", "s3://lab/tf.json", "--no-benchmark"]
    assert cli.main(record) == 0
    assert cli.main(["check", "file://me.json", "--baseline", "s3://lab/tf.json", "--no-benchmark"]) == 0
    assert cli.main(record) == 2
    out, err = capsys.readouterr()
    assert "exists already" in err and "nobody-sees-this" not in out + err
    assert b"nobody-sees-this" not in shared.fetch("s3://lab/tf.json", 1 << 20)


def test_of_two_writers_one_wins_and_the_other_is_told(bucket):
    """Who read an older version does not replace a newer one."""
    shared.put("s3://lab/two.json", b"1", replace=False)
    assert shared.fetch("s3://lab/two.json", 100) == b"1"
    _write(bucket, "two.json", b"another's")
    with pytest.raises(StoreError, match="somebody else wrote it"):
        shared.put("s3://lab/two.json", b"2", replace=True)
    assert shared.fetch("s3://lab/two.json", 100) == b"another's"
    shared.put("s3://lab/two.json", b"2", replace=True)
    assert shared.fetch("s3://lab/two.json", 100) == b"2"


def test_what_has_not_changed_comes_from_the_cache(bucket):
    """The second read asks for the tag alone; what has changed is fetched."""
    shared.put("s3://lab/c.json", b"first", replace=False)
    assert [shared.fetch("s3://lab/c.json", 100) for _ in range(2)] == [b"first"] * 2
    _write(bucket, "c.json", b"later")
    assert shared.fetch("s3://lab/c.json", 100) == b"later"


@pytest.mark.parametrize("url", ["s3://lab/nothing.json", "s3://no-such-bucket/x.json"])
def test_what_is_not_there_is_said(url):
    """With the URL."""
    with pytest.raises(StoreError, match="no such file"):
        shared.fetch(url, 100)
