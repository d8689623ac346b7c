"""A notebook's cell, executed through a Jupyter server's API as a browser does it."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url: str, path: str, token: str = "", method: str = "GET", body: Any = None) -> Any:
    """Return what a server answers: the JSON of a success, else the status."""
    headers = {"Authorization": f"token {token}"} if token else {}
    data = json.dumps(body).encode() if body is not None else None
    try:
        with OPENER.open(urllib.request.Request(f"{url}{path}", data, headers, method=method), timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code


def execute(url: str, token_file: Path, code: str) -> str:
    """Start a kernel, run a cell in it, and return what the cell printed."""
    token = token_file.read_text()
    kernel = ask(url, "api/kernels", token, "POST", {})["id"]
    try:
        with ThreadPoolExecutor(1) as apart:  # a browser of other tests has an event loop in this thread
            return apart.submit(lambda: asyncio.run(_printed(url, kernel, token, code))).result()
    finally:
        ask(url, f"api/kernels/{kernel}", token, "DELETE")


async def _printed(url: str, kernel: str, token: str, code: str) -> str:
    address = f"ws{url.removeprefix('http')}api/kernels/{kernel}/channels"
    wire = await websocket_connect(HTTPRequest(address, headers={"Authorization": f"token {token}"}))
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    header = {
        "msg_id": uuid.uuid4().hex,
        "username": "",
        "session": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "version": "5.3",
    }
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}
    await wire.write_message(json.dumps(message))
    printed = ""
    while True:
        answer = json.loads(await asyncio.wait_for(wire.read_message(), 60) or "{}")  # type: ignore[arg-type]
        if answer.get("parent_header", {}).get("msg_id") != header["msg_id"]:
            continue
        if answer["msg_type"] == "stream":
            printed += answer["content"]["text"]
        elif answer["msg_type"] == "error":
            printed += answer["content"]["evalue"]
        elif answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            wire.close()
            return printed
