"""The reports whose texts are kept: one for each thing that a reader may be told."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from envprobe.assess import assess
from envprobe.baseline.waiver import Waiver
from envprobe.call import Call
from envprobe.claim import parse_claim
from envprobe.command.comparison import NOT_KEPT
from envprobe.experiment.compare import compare_experiments
from envprobe.fact import Section
from envprobe.fingerprint import Fingerprint
from envprobe.numerics.trace import to_json as trace_json
from envprobe.output import Tolerance
from envprobe.policy import DEFAULT
from envprobe.report import PolicySource, Report
from envprobe.runs import Run
from envprobe.targets.prompt import Prompt
from envprobe.targets.run_line import RunLine, Word
from tests.support.run_sample import attempt, described, run, seeded
from tests.support.sample import fingerprint
from tests.support.trace_sample import moved, trace

TODAY = date(2026, 1, 1)
TRAINER = RunLine(
    tool="docker",
    name="trainer",
    id="0123456789abcdef",
    image="tensorflow/tensorflow:2.9.0",
    options={("--env", "HF_TOKEN"): [Word("", ".Config.Env 1")], ("--gpus", ""): [Word("all")]},
    command=[Word("sleep"), Word("infinity")],
)
PROMPT = Prompt(
    scheme="docker",
    place="trainer",
    subject="docker://trainer",
    call=Call(target="docker://trainer", baseline="tensorflow-2.9.0"),
    line=TRAINER,
    folders={"{site}": "/usr/local/lib/python3.8/dist-packages"},
)
OTHER_FILES = "sha256:" + "2" * 64


def _report(observed: Fingerprint, expected: Fingerprint | None = None, **given: Any) -> Report:
    names = given.pop("names", ("tensorflow-2.9.0", "docker://trainer"))
    return assess(expected or fingerprint(), observed, policy=DEFAULT, today=TODAY, names=names, prompt=PROMPT, **given)


def _experiments(
    expected: Run, observed: Run, names: tuple[str, str] = ("run-1.json", "run-2.json"), claims: tuple[str, ...] = ()
) -> Report:
    claimed = [parse_claim(text) for text in claims]
    evidence = compare_experiments(expected, observed, Tolerance(), NOT_KEPT, claimed)
    return assess(expected, observed, policy=DEFAULT, today=TODAY, names=names, evidence=evidence)


def _traced(found: Any) -> Fingerprint:
    return msgspec.structs.replace(fingerprint(), trace=trace_json(found))


WAIVERS = [
    Waiver(path="packages.numpy*", owner="ana", reason="1.23 only changed typing", expires="2026-06-30"),
    Waiver(path="environment.TF_ENABLE_ONEDNN_OPTS", owner="bo", reason="measured", expires="2026-03-01"),
    Waiver(path="gpu.*", owner="cy", reason="the old cards", expires="2025-06-30"),
    Waiver(path="image.id", owner="di", reason="mirrored", expires="2026-06-30"),
]

REPORTS: dict[str, Report] = {
    # -- one for each verdict
    "reproduces": _report(fingerprint()),
    "differs": _report(fingerprint({"packages.numpy.version": "1.23.5", "packages.numpy.record": OTHER_FILES})),
    "undetermined": _report(
        fingerprint(
            unknown={"integrity.*": "no permission to read /opt/venv", "gpu.*": "nvidia-smi gave no answer in 10 s"},
            without=("integrity.numpy", "integrity.six"),
        )
    ),
    # -- what else there is to say
    "warns": _report(fingerprint({"cpu.affinity": 8, "environment.TZ": "Europe/Berlin", "system.kernel": "5.4.0"})),
    "strict": _report(fingerprint({"cpu.affinity": 8}), strict=True),
    "consequences": _report(
        fingerprint(
            {
                "environment.TF_ENABLE_ONEDNN_OPTS": "0",
                "numerics.onednn": False,
                "packages.six.shadowed": [{"place": "{user}"}],
                "packages.six.version": "1.15.0",
                "packages.six.origin": "git+https://example.invalid/six@abc",
                "integrity.six": {"missing": ["six.py"]},
                "unlisted.six": {"x.py": OTHER_FILES},
                "environment.EMPTY": "",
            },
            without=("packages.tensorflow.version", "packages.tensorflow.origin"),
        ),
        fingerprint({"environment.EMPTY": "was ' quoted", "unlisted.numpy": {"a.py": OTHER_FILES}}),
    ),
    "groups": _report(
        fingerprint(
            {f"packages.extra-{number}.version": f"1.{number}" for number in range(60)}
            | {f"environment.OPENBLAS_{number}_NUM_THREADS": str(number) for number in range(5)}
            | {f"integrity.{name}": {"modified": {"a.py": OTHER_FILES}} for name in ("numpy", "six", "tensorflow")},
            skipped={"stdlib.*": "left out by --no-integrity", "unlisted.*": "left out by --no-integrity"},
        ),
    ),
    "waivers": _report(
        fingerprint(
            {
                "packages.numpy.version": "1.23.5",
                "packages.numpy.record": OTHER_FILES,
                "environment.TF_ENABLE_ONEDNN_OPTS": "0",
                "numerics.onednn": False,
            }
        ),
        waivers=WAIVERS,
    ),
    "hostile": _report(
        fingerprint(
            {
                "packages.numpy.version": "\x1b[2J[red]1.22.4|\u202e`x`",
                "environment.A;rm -rf ~": "y\nz",
                "packages.-r x.version": "1",
                "modules.\x1b]0;title\x07": {"kind": "file", "place": "<script>"},
                "environment.LANG": "C" * 5000,
                "system.os": "~" * 400 + "1",
                "packages.six.version": "1.16.0 ; touch x",
            },
            unknown={"numerics.onednn": "[bold]" + "\x1b[31m no " * 100, "\x1b[2J.*": "| @everyone"},
        ),
        fingerprint({"system.os": "~" * 400 + "2", "modules.a": {"kind": "file"}}),
        names=("base|line\x1b[1m", "docker://<b>\u200b"),
    ),
    "outputs": _experiments(
        run(
            attempt(described(accuracy=0.91, loss=0.5), described("weights.npz", parts={"dense": "float32 (2,) sha256:1"})),
            fingerprint=fingerprint(),
        ),
        run(
            attempt(
                described(accuracy=0.93, loss=float("nan")),
                described("weights.npz", parts={"dense": "float32 (2,) sha256:2"}),
                described("new|\x1b[2J.json", seconds=3),
            ),
            command=["python", "train.py", "--rate", "0.2"],
            fingerprint=fingerprint({"packages.numpy.version": "1.23.5"}),
            drift={"environment": Section(known={"LANG": "C"})},
        ),
    ),
    "outputs-same": _experiments(run(attempt(described(accuracy=0.91))), run(attempt(described(accuracy=0.91)))),
    "outputs-spread": _experiments(
        seeded([0.90, 0.91, 0.89, 0.905, 0.895, 0.9]), seeded([0.904], first_seed=50), names=("run-1.json", "run-2.json")
    ),
    "outputs-undetermined": _experiments(seeded([0.90, 0.91, 0.89]), seeded([0.904], first_seed=50)),
    "outputs-seeds": _experiments(
        seeded([0.90, 0.91, 0.89, 0.905, 0.895]), seeded([0.912, 0.921, 0.903, 0.916, 0.908]), names=("old.json", "new.json")
    ),
    "claims": _experiments(
        seeded([0.80, 0.82, 0.79, 0.81, 0.80]),
        seeded([0.86, 0.85, 0.87, 0.84, 0.86], first_seed=50, fingerprint=fingerprint({"packages.numpy.version": "1.23.5"})),
        names=("old.json", "new.json"),
        claims=("accuracy >= +0.03", "accuracy >= +5%", "metrics.json:accuracy >= +0.1"),
    ),
    "revision": _report(
        fingerprint({"packages.numpy.version": "1.23.5"}),
        policy_from=PolicySource("origin/main", "0123456789abcdef" * 2 + "01234567"),
    ),
    "same-bits": _report(
        msgspec.structs.replace(_traced(trace()), sections=fingerprint({"cpu.affinity": 8, "environment.TZ": "UTC"}).sections),
        _traced(trace()),
    ),
    "rounding": _report(
        msgspec.structs.replace(
            _traced(
                moved(
                    {("host", "numpy"): (1.0, 0.5000001, 0.25), ("operation", "matmul"): (1.0, 0.5, 0.2500001)},
                    numeric_class={**trace().numeric_class, "cpu": "AuthenticAMD 25 x86-64:avx512_core_bf16"},
                )
            ),
            sections=fingerprint({"cpu.dispatch": "x86-64:avx2"}).sections,
        ),
        _traced(trace()),
    ),
    "other-bits": _report(
        msgspec.structs.replace(
            _traced(moved({("training", "forward"): (1.0, 0.5, 0.2500002), ("training", "loss"): (1.0, 0.51, 0.26)})),
            sections=fingerprint({"numerics.onednn": False, "environment.TF_ENABLE_ONEDNN_OPTS": "0"}).sections,
        ),
        _traced(trace()),
    ),
}
