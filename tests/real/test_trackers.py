"""The trackers' own libraries, with stores on this machine: what envprobe writes they show, and what they hold it reads back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.support import engine

pytestmark = pytest.mark.real

MLFLOW = ("mlflow-skinny==3.17.2", "sqlalchemy==2.1.9", "alembic==1.17.2")
TENSORBOARD = ("tensorboard==2.21.0",)
WANDB = ("wandb==0.31.0",)
DVC = ("dvc==3.67.1",)
COMMANDS = """
import contextlib, io, json, sys
from envprobe.cli import main
done = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())) as out, contextlib.redirect_stderr(out):
        status = main(arguments)
        out.flush()
    done.append((status, out.buffer.getvalue().decode()))
print(json.dumps(done))
"""
QUICK = ("--no-benchmark", "--no-integrity", "--outputs", "metrics.json")
TRAIN = """
import json, os
json.dump({"accuracy": 0.9 + int(os.environ["SEED"]) / 100}, open("metrics.json", "w"))
"""


REGISTER = """
import os, mlflow
from pathlib import Path
client = mlflow.MlflowClient()
experiment = client.create_experiment("e", "file://" + os.environ["ARTIFACTS"])
run = client.create_run(experiment)
client.log_text(run.info.run_id, "weights", "model/weights.bin")
client.log_text(run.info.run_id, "flavors: {}", "model/MLmodel")
source = run.info.artifact_uri + "/model"
client.create_registered_model("classifier")
for _ in range(2):
    client.create_model_version("classifier", source, run.info.run_id)
client.set_registered_model_alias("classifier", "champion", "1")
client.create_registered_model("orphan")
client.create_model_version("orphan", source)
print(source.removeprefix("file://"))
"""


class Desk(NamedTuple):
    """A folder with two recorded experiments, and a tracker's library on the path."""

    folder: Path
    environment: dict[str, str]

    def python(self, program: str, *arguments: str) -> str:
        """Run a program as a user's training script; return what it prints."""
        done = self._run("-W", "ignore", "-c", program, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def envprobe(self, *arguments: str, status: int = 0) -> str:
        """Run one command as a user does, return what it printed; see `commands`."""
        return self.commands((status, *arguments))[0]

    def commands(self, *wanted: tuple[Any, ...]) -> list[str]:
        """Run commands, each behind the exit status that it must have, in one process: a tracker's library takes long to load.

        Return what each printed.
        """
        done = self._run("-W", "ignore", "-c", COMMANDS, json.dumps([command[1:] for command in wanted]))
        assert done.returncode == 0, done.stderr
        results = json.loads(done.stdout)
        for (status, *arguments), (found, printed) in zip(wanted, results, strict=True):
            assert found == status, f"{arguments}: {found}\n{printed}"
        return [printed for _, printed in results]

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=200
        )


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recorded experiments that differ in their seed."""
    folder = tmp_path_factory.mktemp("experiments")
    (folder / "train.py").write_text(TRAIN)
    desk = Desk(folder, {**os.environ})
    for name, seed in (("first", "1"), ("second", "2")):
        desk.envprobe(
            "run", *QUICK, "--seed-env", "SEED", "--seed", seed, "--output", f"{name}.json", "--", sys.executable, "train.py"
        )
    return folder


def desk(folder: Path, libraries: tuple[str, ...], **variables: str) -> Desk:
    """Return a desk with a tracker's library."""
    path = os.pathsep.join([str(engine.library_folder(*libraries)), str(Path(__file__).parents[2])])
    return Desk(folder, {**os.environ, "PYTHONPATH": path, **variables})


class TestMLflow:
    """MLflow with a database and with a folder."""

    @pytest.fixture(params=["sqlite:///{}/mlflow.db", "file://{}/mlruns"], ids=["database", "folder"])
    def tracked(self, request: pytest.FixtureRequest, recorded: Path, tmp_path: Path) -> Iterator[tuple[Desk, str, str]]:
        """Two runs of MLflow."""
        uri = request.param.format(tmp_path)
        at = desk(recorded, MLFLOW, MLFLOW_TRACKING_URI=uri, MLFLOW_ALLOW_FILE_STORE="true")
        start = "import mlflow\nfor _ in range(2):\n  with mlflow.start_run() as run: print(run.info.run_id)"
        first, second = at.python(start).split()
        yield at, f"mlflow:{first}", f"mlflow:{second}"

    def test_a_run_carries_an_experiment(self, tracked: tuple[Desk, str, str]) -> None:
        """Attach, verify, check and diff work with a run of MLflow as they do with a file; an edited tag is told."""
        at, first, second = tracked
        attached, _, _, found, *_, compared = at.commands(
            (0, "attach", "first.json", first),
            (0, "attach", "second.json", second),
            (1, "verify", first, "--outputs", "."),  # what lies there is the second one's
            (0, "verify", second, "--outputs", "."),
            (0, "check", "--run", first, "--baseline", "first.json"),
            (0, "check", first, "--baseline", first),
            (2, "diff", first, second, "--format", "json"),  # one run of another seed on each side is too few to judge
        )
        assert "1 of 1 lie here" in found
        assert [output["name"] for output in json.loads(compared.strip())["outputs"]] == ["metrics.json"]
        self._edit(at, first, attached.split()[0])
        assert "the visible line says py" in at.envprobe("verify", first, status=1)

    @staticmethod
    def _edit(at: Desk, reference: str, line: str) -> None:
        """Insist that MLflow shows the line, and change it."""
        program = "import sys, mlflow\nrun, = sys.argv[1:]\nclient = mlflow.MlflowClient()\n"
        tag = "client.get_run(run).data.tags['envprobe.signature']"
        name = reference.partition(":")[2]
        assert at.python(f"{program}print({tag})", name) == line
        at.python(f"{program}client.set_tag(run, 'envprobe.signature', {tag}.replace('py:3', 'py:2'))", name)

    def test_a_model_version_leads_back_to_its_experiment(self, recorded: Path, tmp_path: Path) -> None:
        """By version and by alias: to commit, command and metrics; another model, an edited tag and no run are said."""
        at = desk(recorded, MLFLOW, MLFLOW_TRACKING_URI=f"sqlite:///{tmp_path}/mlflow.db", ARTIFACTS=str(tmp_path / "store"))
        place = Path(at.python(REGISTER))
        version, alias = "mlflow:models:/classifier/1", "mlflow:models:/classifier@champion"
        _, found, _, _, _, missing, orphan = at.commands(
            (0, "attach", "first.json", version),
            (0, "verify", version),
            (0, "verify", alias, "--baseline", "first.json"),
            (0, "check", "--run", alias, "--baseline", "first.json"),
            (2, "verify", "mlflow:models:/classifier/2"),
            (2, "verify", "mlflow:models:/classifier/9"),
            (2, "attach", "first.json", "mlflow:models:/orphan/1"),
        )
        assert "train.py" in found and "0.91" in found and "verify the model itself" not in found
        assert "classifier" in missing and "registered without a run" in orphan
        (place / "weights.bin").write_bytes(b"other weights")
        assert "the model's content is sha256:" in " ".join(at.envprobe("verify", version, status=1).split())
        (place / "weights.bin").write_bytes(b"weights")
        at.python(
            "import mlflow\nclient = mlflow.MlflowClient()\n"
            "client.set_model_version_tag('classifier', '1', 'envprobe.fingerprint', 'sha256:0')"
        )
        assert "envprobe.fingerprint is not the record's" in " ".join(at.envprobe("verify", version, status=1).split())

    def test_a_training_script_logs_itself(self, tracked: tuple[Desk, str, str]) -> None:
        """Inside `with mlflow.start_run()` one line is enough; a verdict is shown beside it."""
        at = tracked[0]
        *said, name, verdict = at.python(LOG_TO_MLFLOW).split()
        assert "active" in said
        assert verdict == "reproduces"
        assert f"{sys.version_info.major}.{sys.version_info.minor}" in at.envprobe("show", f"mlflow:{name}")

    def test_what_is_not_there_is_one_sentence(self, tracked: tuple[Desk, str, str], tmp_path: Path) -> None:
        """No run, no record, no store: nothing is made by asking."""
        at, first, _ = tracked
        unknown, bare, empty = at.commands((2, "show", "mlflow:0123456789"), (2, "verify", first), (2, "diff", first, first))
        assert "not found" in unknown
        assert "no envprobe record" in bare
        assert "no envprobe record" in empty
        at.environment["MLFLOW_TRACKING_URI"] = f"sqlite:///{tmp_path}/other.db"
        assert "no MLflow store" in at.envprobe("show", first, status=2)
        assert not (tmp_path / "other.db").exists()

    def test_a_password_in_the_address_is_not_said(self, recorded: Path) -> None:
        """MLflow's own words name the server that does not answer, with what stands before its `@`."""
        address = "http://ana:hunter2-hunter2@127.0.0.1:9"
        at = desk(recorded, MLFLOW, MLFLOW_TRACKING_URI=address, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
        said = at.envprobe("show", "mlflow:abc", status=2)
        assert "127.0.0.1:9" in said
        assert "hunter2" not in said

    def test_without_mlflow_the_extra_is_named(self, recorded: Path) -> None:
        """The sentence says what to install."""
        assert "mlflow-skinny" in Desk(recorded, {**os.environ}).envprobe("show", "mlflow:abc", status=2)


class TestTensorBoard:
    """TensorBoard's own reader of folders."""

    def test_tensorboard_shows_the_record(self, recorded: Path, tmp_path: Path) -> None:
        """Its Text tab has the line, the program's run has its scalars, and the record is a run of its own."""
        at = desk(recorded, TENSORBOARD)
        at.python(WRITE_SCALAR, str(tmp_path / "logs"))
        line = at.envprobe("attach", "first.json", str(tmp_path / "logs")).split()[0]
        shown: dict[str, Any] = json.loads(at.python(READ_FOLDER, str(tmp_path / "logs")))
        assert shown["runs"] == {"envprobe": ["envprobe", "envprobe/record"], "train": ["loss"]}
        assert line in shown["text"]
        at.commands((0, "verify", str(tmp_path / "logs")), (0, "diff", "first.json", str(tmp_path / "logs")))


class TestWandb:
    """Weights & Biases without a network."""

    def test_a_live_run_gets_a_record(self, recorded: Path, tmp_path: Path) -> None:
        """An offline run's folder carries the experiment, its config the line, and the folder alone is enough to verify."""
        at = desk(recorded, WANDB, WANDB_MODE="offline", WANDB_DIR=str(tmp_path), WANDB_SILENT="true", HOME=str(tmp_path))
        said = json.loads(at.python(LOG_TO_WANDB).splitlines()[-1])
        assert said["config"] == said["line"]
        assert said["verdict"] == "reproduces"
        without = Desk(recorded, {**os.environ})
        without.commands(
            (0, "verify", said["place"]),
            (0, "check", "--run", said["place"], "--baseline", "first.json"),
            (2, "diff", said["place"], "second.json"),
        )
        log = next(tmp_path.rglob("run-*.wandb")).read_bytes()
        assert said["line"].encode() in log  # what `wandb sync` sends
        assert b"envprobe/record.json" in log
        assert b"envprobe/run.json" in log


class TestDVC:
    """DVC with a repository of its own."""

    def test_dvc_is_asked_whether_its_digest_still_holds(self, tmp_path: Path) -> None:
        """Data that was written behind its back, in the same size, is read; what is as it was has DVC's digest."""
        at = desk(tmp_path, DVC, DVC_NO_ANALYTICS="1", CI="1", HOME=str(tmp_path), DVC_SITE_CACHE_DIR=str(tmp_path / "site"))
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "a.txt").write_text("a")
        at.python("from dvc.cli import main\nassert main(['init', '-q', '--no-scm']) == main(['add', '-q', 'data']) == 0")
        assert self._digest(at, "dvc:data") == yaml.safe_load((tmp_path / "data.dvc").read_text())["outs"][0]["md5"]
        (tmp_path / "data" / "a.txt").write_text("b")
        assert self._digest(at, "dvc:data") == self._digest(at, "data")

    @staticmethod
    def _digest(at: Desk, declared: str) -> str:
        """Record an experiment with declared data and return the digest without its kind."""
        options = ("--no-benchmark", "--no-integrity", "--data", declared, "--output", "run.json", "--update")
        at.envprobe("run", *options, "--", "true")
        run = json.loads((at.folder / "run.json").read_text())
        return str(run["fingerprint"]["sections"]["data"]["known"]["data"]["digest"]).partition(":")[2]


LOG_TO_MLFLOW = """
import envprobe, mlflow
try:
    envprobe.log_to_mlflow()
except envprobe.EnvprobeError as error:
    print(error.message)
report = envprobe.check(run="first.json", baseline="first.json")
with mlflow.start_run() as run:
    envprobe.log_to_mlflow(report=report)
print(run.info.run_id, mlflow.get_run(run.info.run_id).data.tags["envprobe.verdict"])
"""
WRITE_SCALAR = """
import sys, time
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter
writer = EventFileWriter(sys.argv[1] + "/train")
value = summary_pb2.Summary.Value(tag="loss", simple_value=0.5)
writer.add_event(event_pb2.Event(wall_time=time.time(), step=1, summary=summary_pb2.Summary(value=[value])))
writer.close()
"""
READ_FOLDER = """
import json, sys
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
found = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
found.Reload()
runs = {name: sorted(tag for kind in ("tensors", "scalars") for tag in tags.get(kind, [])) for name, tags in found.Runs().items()}
text = found.Tensors("envprobe", "envprobe")[0].tensor_proto.string_val[0].decode()
print(json.dumps({"runs": runs, "text": text}))
"""
LOG_TO_WANDB = """
import envprobe, json, wandb
report = envprobe.check(run="first.json", baseline="first.json")
run = wandb.init(project="p")
done = envprobe.log_to_wandb("first.json", report=report)
said = {"line": str(done.record.line), "config": run.config["envprobe.signature"], "verdict": run.summary["envprobe.verdict"], "place": done.place}
run.finish()
print(json.dumps(said))
"""
