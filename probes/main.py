"""Run the collectors that were asked for and write one framed answer."""

import hashlib
import importlib
import json
import os
import signal
import sys
import time

from . import collectors
from .fact import Section
from .host import Host
from .redaction import redact_all, secret_values

SCHEMA = "envprobe.answer/1"
GRACE_S = 5  # the host gives up first; this ends a probe whose host is gone


def main(line):
    """Answer the request in `line` on the real stdout, then leave without running anybody's exit handlers."""
    request = line["request"]
    if request.get("task") == "benchmark":
        from .benchmark import child  # imported by the child alone: it is large

        child.main(line)
        return
    _end_with_the_time_limit(request.get("timeout_s"))
    host = Host(line)
    if request.get("launch"):
        from .launch import start_again  # where something else than this process may be what runs

        status = start_again(line, host)
        if status is not None:
            os._exit(status)
    answer = _keep_stdout_clean()
    document = collect(host, request)
    document["probe"] = {"version": line.get("version", ""), "digest": line.get("digest", "")}
    _write(answer, json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii"), request["nonce"])
    os._exit(0)


def collect(host, request):
    """Return the answer document: every section asked for, what was left out, and what is never compared."""
    wanted = request.get("sections")
    asked = [(name, module) for name, module in collectors.COLLECTORS if wanted is None or name in wanted]
    beside = _start_beside(host, request, asked)
    answers = [_ask(name, module, host, request) for name, module in asked if (name, module) not in beside]
    answers += [wait() for wait in beside.values()]
    sections, skipped, trace, context = {}, {}, None, {"seconds": {}}
    for answer in answers:
        context["seconds"].update(answer["seconds"])
        skipped.update(answer["skipped"])
        trace = answer["trace"] or trace
        for name, facts, notes in answer["sections"]:
            _join(sections, name, facts, left_out=name + ".*" in skipped)
            if notes:
                context.setdefault(name, {}).update(notes)
    context.update(host.context())
    if request.get("launched"):
        context["launched"] = request["launched"]
    document = {"schema": SCHEMA, "sections": sections, "skipped": skipped, "trace": trace, "context": context}
    return without_secrets(document, secret_values(host.environ, only_mixed=True))


def _ask(name, module, host, request):
    """Return what one collector says, as JSON: facts and notes of each section that it fills, what it left out, its trace."""
    section, started = Section(), time.perf_counter()
    try:
        # A collector may fill sections beside its own (`cuda.loaded` comes from the benchmark): it returns them. It is compiled
        # only where it is asked for.
        more = importlib.import_module("." + module, collectors.__name__).collect(host, section, request) or {}
    except Exception as error:  # the guard around a collector: a failure there is a fact
        section.unknown("*", "%s: %s" % (type(error).__name__, error))
        more = {}
    seconds = {name: "%.3f" % (time.perf_counter() - started)}
    filled = [(name, section)] + sorted(more.get("sections", {}).items())
    facts = [(name, filled_section.as_json(), filled_section.context) for name, filled_section in filled]
    return {"sections": facts, "skipped": more.get("skipped", {}), "trace": more.get("trace"), "seconds": seconds}


def _start_beside(host, request, asked):
    """Start what takes long and waits for nothing else: files are hashed while the benchmark runs, where both are wanted.

    Returns the row of the collector to what waits for its answer.
    """
    rows = [row for row in asked if row[1] == "integrity"]
    is_long = request.get("integrity", True) and request.get("benchmark", "off") != "off" and ("numerics", "benchmark") in asked
    if not (rows and is_long):
        return {}
    from .worker import Lost, beside, processors

    if processors() < 2:
        return {}

    def hash_files():
        _end_with_the_time_limit(request.get("timeout_s"))
        return _ask("integrity", "integrity", host, request)

    outcome = beside(hash_files)

    def wait():
        answer = outcome()
        if not isinstance(answer, Lost):
            return answer
        unknown = {"known": {}, "absent": [], "unknown": {"*": answer.reason}}
        lost = [(name, dict(unknown), {}) for name in ("integrity", "unlisted", "stdlib")]
        return {"sections": lost, "skipped": {}, "trace": None, "seconds": {}}

    return {rows[0]: wait}


def without_secrets(document, values):
    """Return the answer without secrets. A record of the trace is numbers, and some are spelled like random words: it stays."""
    trace = document["trace"] or {}
    plain = {name: member for name, member in trace.items() if name != "records"}
    answer = redact_all(dict(document, trace=plain), values)
    answer["trace"] = dict(answer["trace"], records=trace["records"]) if "records" in trace else answer["trace"] or None
    return answer


def _join(sections, name, document, left_out):
    """Add a section's facts to what is there under its name. Empty is a finding, left out is none."""
    if left_out and not any(document.values()):
        return
    if name not in sections:
        sections[name] = document
        return
    there = sections[name]
    there["known"].update(document["known"])
    there["absent"] = sorted(set(there["absent"]) | set(document["absent"]))
    there["unknown"].update(document["unknown"])


def _keep_stdout_clean():
    """Return a binary file on the real stdout, and let file descriptor 1 be stderr from here on."""
    sys.stdout.flush()
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answer


def _end_with_the_time_limit(timeout_s):
    """Die by SIGALRM a little after the limit: a client that gives up on `docker exec` leaves the process running."""
    if timeout_s and hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(timeout_s) + GRACE_S)


def _write(stream, payload, nonce):
    head = "\n%s %d %s\n" % (nonce, len(payload), hashlib.sha256(payload).hexdigest())
    stream.write(head.encode("ascii") + payload + ("\n%s end\n" % nonce).encode("ascii"))
    stream.flush()
