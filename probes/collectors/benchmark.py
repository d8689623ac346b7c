"""The seeded benchmark run: its trace, the switches in effect, and the CUDA libraries that it made the framework load."""

from ..fact import Section
from ..floating_point import USUAL
from ..in_effect import IN_EFFECT
from .floating_point import culprits_of, finding

TIME_LIMIT_S = {"quick": 120, "full": 300}  # a busy machine has been seen to take 45 s for the import alone
RESERVE_S = 5  # of the whole probe's time limit, for everything after the run


def collect(host, section, options):
    """Run the benchmark in a child process: the switches in effect go into `numerics`; return the trace, and facts of `cuda`."""
    mode = options.get("benchmark", "off")
    if mode == "off":
        reason = "left out by --no-benchmark"
        return {"skipped": dict({"numerics." + name: reason for name in IN_EFFECT}, **{"cuda.loaded.*": reason})}
    from ..benchmark.process import run_child  # imported here, as below: an inventory without the run does not pay for it

    return report(host, section, run_child(host.line, mode, _time_limit_s(mode, options.get("timeout_s"))))


def report(host, numerics, outcome):
    """Fill the section `numerics` and return the collector's answer for how a child ended."""
    from ..benchmark import asked, cause, verbose
    from ..benchmark.loaded import library_facts

    cuda = Section()
    answer = outcome.document()
    if "trace" not in answer:
        _say_why(cause.of(host, outcome, answer.get("failure")), cause.is_finding(outcome), numerics, cuda)
        return {"sections": {"cuda": cuda}}
    trace, facts = answer["trace"], answer["facts"]
    if trace["kind"] == "tensorflow":
        _add_what_was_printed(trace, facts["known"], verbose.onednn(outcome.stdout.text()))
        facts["known"]["xla"] = verbose.built_xla_clusters(outcome.stderr.text())
    facts["known"]["random_streams"] = {
        record["tensor"]: record.get("digest", "raises") for record in trace["records"] if record["stage"] == "random"
    }
    _fill(numerics, facts)
    _say_what_an_import_changed(host, numerics, facts["known"], trace["context"].pop("mapped", []))
    for variable, words in sorted(asked.not_in_effect(host.environ, facts["known"]).items()):
        numerics.known("diagnosis." + variable, words)
    for key, value in sorted(library_facts(host, trace["context"].pop("loaded", {})).items()):
        cuda.known("loaded." + key, value)
    return {"trace": trace, "sections": {"cuda": cuda}}


def _add_what_was_printed(trace, known, onednn):
    """Put what oneDNN said of itself into the facts and the numeric class; without it Eigen's blocks follow the caches."""
    trace["context"]["onednn_kernels"] = onednn.pop("onednn_kernels", [])
    known.update(onednn)
    trace["class"].update({name: onednn[name] for name in ("onednn", "onednn_isa") if name in onednn})
    if not onednn["onednn"]:
        trace["class"]["caches"] = trace["context"]["caches"]


def _say_what_an_import_changed(host, numerics, known, paths):
    """Name the libraries that turned subnormal numbers off as numpy or the framework was imported; not those of Python's start."""
    state = known.get("floating_point.numpy", USUAL)
    if state == USUAL or host.floating_point() != USUAL:
        return
    culprits = culprits_of(host, paths)
    if culprits:
        numerics.known("floating_point.set_by_import", culprits)
    numerics.known("diagnosis.floating_point_after_import", finding("numpy, once everything is imported,", state, culprits))


def _fill(section, facts):
    """Put the child's facts into a section; a switch that this kind of run does not have is absent."""
    for name in IN_EFFECT:
        if name in facts["unknown"]:
            section.unknown(name, facts["unknown"][name])
        elif name in facts["known"]:
            section.known(name, facts["known"][name])
        else:
            section.absent(name)


def _say_why(reason, is_finding, numerics, cuda):
    from ..benchmark.loaded import MAIN

    if is_finding:
        numerics.known("diagnosis.framework", reason)
    else:
        numerics.unknown("diagnosis.framework", reason)
    for name in IN_EFFECT:
        numerics.unknown(name, reason)
    for name in MAIN:
        cuda.unknown("loaded.%s.version" % name, reason)


def _time_limit_s(mode, probe_limit_s):
    if not probe_limit_s:
        return TIME_LIMIT_S[mode]
    return max(1, min(TIME_LIMIT_S[mode], int(probe_limit_s) - RESERVE_S))
