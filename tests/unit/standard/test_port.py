"""Who holds a port."""

from __future__ import annotations

import os
import socket

from envprobe.standard import port


def test_this_process_is_named() -> None:
    """By its name and number, as /proc has them."""
    with socket.create_server(("127.0.0.1", 0)) as wire:
        number = wire.getsockname()[1]
        assert port.is_taken("127.0.0.1", number)
        assert f"(process {os.getpid()})" in port.holder(number, [])
        assert port.free_after("127.0.0.1", number) != number
    assert not port.is_taken("127.0.0.1", number)


def test_a_container_is_named_before_the_proxy_that_listens_for_it() -> None:
    """docker-proxy says nothing to anybody."""
    assert (
        port.holder(8888, [{"Names": ["/trainer"], "Ports": [{"PublicPort": 8888}]}, {"Names": None, "Ports": None}])
        == "container trainer"
    )
