"""The commands that put a record into a report and verify one."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .candidate import baselines, documents, files
from .option import FILE, FOLDER, color

if TYPE_CHECKING:
    from ..signing import Signer, Verifier
    from ..verification.authenticity import Trust


@click.command("attach")
@click.argument("source", shell_complete=documents)
@click.argument("report", shell_complete=files)
@click.option("--output", type=FILE, help="Write to a copy and leave REPORT as it is.")
@click.option("--sign-ssh", type=FILE, metavar="KEY", help="Sign with an SSH key, or the .pub of one in ssh-agent.")
@click.option("--sign-pem", type=FILE, metavar="KEY", help="Sign with an Ed25519 private key in PEM.")
@click.option("--sign-sigstore", is_flag=True, help="Sign as whoever logs in through Sigstore; needs a network.")
def attach_command(source: str, report: str, output: Path | None, **given: Any) -> int:
    """Put a record of SOURCE into REPORT, for anybody to verify.

    The record is the whole fingerprint, the outputs' digests and the metrics.
    SOURCE is a run, a fingerprint, a recorded baseline, or a report that carries a record already.
    REPORT is Markdown, HTML, a notebook, LaTeX, PDF, JSON, a TensorBoard event file or log folder, or a run of MLflow
    (mlflow:RUN_ID); nothing else in it changes.

    \b
    envprobe probe docker://trainer --output trainer.json
    envprobe attach trainer.json report.md
    envprobe attach report.md report.md --sign-ssh KEY      sign what is there
    envprobe attach run.json mlflow:RUN_ID                  tags, and artifacts

    Exit status: 0 attached, 2 not: the report is as it was.
    """
    from ..command.report import attach

    done = attach(source, report, output=output, signer=_signer(given), sigstore=given["sign_sigstore"])
    signed = f", {done.signatures} signature{'s' * (done.signatures != 1)}" if done.signatures else ""
    click.echo(done.record.line)
    click.echo(
        f"{'replaced the record in' if done.replaced else 'attached to'} {done.place}{signed}; "
        f"check it with: envprobe verify {done.place}",
        err=True,
    )
    return 0


@click.command("verify")
@click.argument("report", shell_complete=files)
@click.option(
    "--baseline",
    metavar="NAME|FILE",
    shell_complete=baselines,
    help="Compare the record's environment with this baseline, as check does.",
)
@click.option("--outputs", type=FOLDER, metavar="FOLDER", help="Where the recorded outputs lie; every one of them must be there.")
@click.option("--require-signature", is_flag=True, help="Refuse a record that nobody who is trusted has signed.")
@click.option(
    "--allowed-signers",
    type=FILE,
    metavar="FILE",
    help="Trust these SSH keys, not the configuration's; implies --require-signature.",
)
@click.option(
    "--public-key",
    "public_keys",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Trust this Ed25519 key in PEM; implies --require-signature.",
)
@click.option("--sigstore-identity", metavar="NAME", help="Trust this identity; implies --require-signature.")
@click.option("--sigstore-issuer", metavar="URL", help="Who vouches for the identity.")
@click.option(
    "--at-signing-time",
    is_flag=True,
    help="Accept a key that has expired since, if it was valid when the signer says to have signed.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For a terminal or a program.",
)
@click.option("--strict", is_flag=True, help="Let warnings against the baseline fail.")
@click.option("-q", "--quiet", is_flag=True, help="The status and its reasons alone.")
@click.option("-v", "--verbose", is_flag=True, help="Everything, notes included.")
@color
def verify_command(report: str, baseline: str | None, outputs: Path | None, **given: Any) -> int:
    """Say whether REPORT still carries the record it was given.

    And who signed it, and what it was made in. REPORT is a file, a folder of TensorBoard logs, or a tracker's run:
    mlflow:RUN_ID, wandb:FOLDER. Needs no store and no network.

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
        baseline=baseline,
        outputs=outputs,
        trust=_trust(given),
        require_signature=given["require_signature"],
        strict=given["strict"],
    )
    render = verification.json if given["format_"] == "json" else functools.partial(verification.text, style=style_of(given))
    click.echo(render(found), nl=False)
    return found.exit_status


COMMANDS = (attach_command, verify_command)


def _signer(given: dict[str, Any]) -> Signer | None:
    from ..error import UsageError
    from ..signing.pem import PemKey
    from ..signing.ssh import SshKey

    if given["sign_ssh"] and given["sign_pem"]:
        raise UsageError("two keys at once", "sign with one, then attach the report's own record again with the other")
    if given["sign_ssh"]:
        return SshKey(given["sign_ssh"])
    return PemKey(given["sign_pem"]) if given["sign_pem"] else None


def _trust(given: dict[str, Any]) -> Trust:
    from ..error import UsageError
    from ..signing.pem import PublicKeys
    from ..signing.sigstore import SigstoreIdentity
    from ..signing.ssh import AllowedSigners
    from ..verification.authenticity import Trust

    verifiers: list[Verifier] = []
    if given["allowed_signers"]:
        verifiers.append(AllowedSigners(given["allowed_signers"]))
    if given["public_keys"]:
        verifiers.append(PublicKeys(given["public_keys"]))
    identity, issuer = given["sigstore_identity"], given["sigstore_issuer"]
    if bool(identity) != bool(issuer):
        raise UsageError("an identity is only as good as its issuer", "give --sigstore-identity and --sigstore-issuer")
    identities = SigstoreIdentity(identity, issuer) if identity else None
    return Trust(verifiers=verifiers, identities=identities, at_signing=given["at_signing_time"])
