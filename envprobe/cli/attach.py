"""The commands that put a record into a report and verify one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..error import UsageError
from .candidate import baselines, documents, files
from .option import FILE, FOLDER, Reading, reading
from .signature import signing, trusting

if TYPE_CHECKING:
    from ..command.linking import Form
    from ..signing import Signer
    from ..verification.authenticity import Trust


@click.command("attach")
@click.argument("source", shell_complete=documents)
@click.argument("report", shell_complete=files)
@click.option("--output", type=FILE, help="Write to a copy and leave REPORT as it is.")
@click.option("--link", is_flag=True, help="Write the record into a file beside REPORT, and only its digest into REPORT.")
@click.option(
    "--compact",
    is_flag=True,
    help="Leave the fingerprint out, for a comment of few characters: verify takes it from SOURCE or a baseline.",
)
@signing
@click.option("--sign-sigstore", is_flag=True, help="Sign as whoever logs in through Sigstore; needs a network.")
def attach_command(
    source: str,
    report: str,
    output: Path | None,
    link: bool,
    compact: bool,
    signer: Signer | None,
    sign_sigstore: bool,
) -> int:
    """Put a record of SOURCE into REPORT, for anybody to verify.

    The record is the whole fingerprint, the outputs' digests and the metrics.
    SOURCE is a run, a fingerprint, a recorded baseline, or a report that carries a record already.
    REPORT is Markdown, HTML, a notebook, LaTeX, PDF, JSON, a TensorBoard event file or log folder, or a run of MLflow
    (mlflow:RUN_ID); nothing else in it changes. Or a model: .keras, .h5, .safetensors or the folder of a SavedModel,
    which is left as it is; the record goes into MODEL.envprobe.json.

    \b
    envprobe probe docker://trainer --output trainer.json
    envprobe attach trainer.json report.md
    envprobe attach report.md report.md --sign-ssh KEY      sign what is there
    envprobe attach run.json mlflow:RUN_ID                  tags, and artifacts
    envprobe attach run.json model.keras                    a file beside it

    Exit status: 0 attached, 2 not: the report is as it was.
    """
    from ..command.report import attach

    if link and compact:
        raise UsageError("--link and --compact at once", "give one: a file beside the report, or no file")
    form: Form | None = "linked" if link else "compact" if compact else None
    done = attach(source, report, output=output, form=form, signer=signer, sigstore=sign_sigstore)
    filled = f", {done.filled} number{'s' * (done.filled != 1)} filled in" if done.filled else ""
    needs = f" (it needs {done.needs})" if done.needs else ""
    signed = f", {done.signatures} signature{'s' * (done.signatures != 1)}" if done.signatures else ""
    click.echo(done.record.line)
    click.echo(
        f"{'replaced the record in' if done.replaced else 'attached to'} {done.place}{filled}{signed}; "
        f"check it with: envprobe verify {done.place}{needs}",
        err=True,
    )
    return 0


@click.command("verify")
@click.argument("report", shell_complete=files)
@click.option(
    "--record",
    metavar="FILE",
    shell_complete=documents,
    help="What the record was attached from, where REPORT has only a link to it.",
)
@click.option(
    "--baseline",
    metavar="NAME|FILE",
    shell_complete=baselines,
    help="Compare the record's environment with this baseline, as check does.",
)
@click.option("--outputs", type=FOLDER, metavar="FOLDER", help="Where the recorded outputs lie; every one of them must be there.")
@click.option("--require-signature", is_flag=True, help="Refuse a record that nobody who is trusted has signed.")
@trusting
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For a terminal or a program.",
)
@click.option("--strict", is_flag=True, help="Let warnings against the baseline fail.")
@reading
def verify_command(
    report: str,
    record: str | None,
    baseline: str | None,
    outputs: Path | None,
    require_signature: bool,
    trust: Trust,
    form: str,
    strict: bool,
    reading: Reading,
) -> int:
    """Say whether REPORT still carries the record it was given.

    And who signed it, and what it was made in. REPORT is a file, a model, a folder of TensorBoard logs, or a tracker's
    run: mlflow:RUN_ID, wandb:FOLDER. Needs no store and no network.

    \b
    envprobe verify report.md --baseline tf-2.9
    envprobe verify report.md --outputs out --allowed-signers signers

    Exit status: 0 intact (and reproduces the baseline), 1 altered or differs, 2 could not tell:
    no record, a damaged one, a signature that is missing, wrong, expired or by a stranger.
    """
    from ..command.report import verify
    from ..render import verification
    from .terminal import style_of

    found = verify(
        report,
        record=record,
        baseline=baseline,
        outputs=outputs,
        trust=trust,
        require_signature=require_signature,
        strict=strict,
    )
    click.echo(verification.json(found) if form == "json" else verification.text(found, style_of(reading)), nl=False)
    return found.exit_status


COMMANDS = (attach_command, verify_command)
