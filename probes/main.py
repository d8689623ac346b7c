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
    sections, skipped, trace = {}, {}, None
    context = {"seconds": {}}
    for name, module in collectors.COLLECTORS:
        if wanted is not None and name not in wanted:
            continue
        section, started = Section(), time.perf_counter()
        try:
            # A collector may fill sections beside its own (`cuda.loaded` comes from the benchmark): it returns them. It is compiled
            # only where it is asked for.
            collector = importlib.import_module("." + module, collectors.__name__)
            more = collector.collect(host, section, request) or {}
        except Exception as error:  # the guard around a collector: a failure there is a fact
            section.unknown("*", "%s: %s" % (type(error).__name__, error))
            more = {}
        context["seconds"][name] = "%.3f" % (time.perf_counter() - started)
        skipped.update(more.get("skipped", {}))
        trace = more.get("trace", trace)
        for other, extra in [(name, section)] + sorted(more.get("sections", {}).items()):
            _join(sections, other, extra, left_out=other + ".*" in skipped)
            if extra.context:
                context.setdefault(other, {}).update(extra.context)
    context.update(host.context())
    if request.get("launched"):
        context["launched"] = request["launched"]
    document = {"schema": SCHEMA, "sections": sections, "skipped": skipped, "trace": trace, "context": context}
    return without_secrets(document, secret_values(host.environ, only_mixed=True))


def without_secrets(document, values):
    """Return the answer without secrets. A record of the trace is numbers, and some are spelled like random words: it stays."""
    trace = document["trace"] or {}
    plain = {name: member for name, member in trace.items() if name != "records"}
    answer = redact_all(dict(document, trace=plain), values)
    answer["trace"] = dict(answer["trace"], records=trace["records"]) if "records" in trace else answer["trace"] or None
    return answer


def _join(sections, name, extra, left_out):
    """Add a section's facts to what is there under its name. Empty is a finding, left out is none."""
    document = extra.as_json()
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
