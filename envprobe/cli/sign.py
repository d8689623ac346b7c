"""The command that signs a baseline."""

from __future__ import annotations

from pathlib import Path

import click

from .candidate import baselines
from .option import FILE


@click.command("sign")
@click.argument("baseline", shell_complete=baselines)
@click.option("--sign-ssh", type=FILE, required=True, metavar="KEY", help="The SSH key, or the .pub of one in ssh-agent.")
def sign_command(baseline: str, sign_ssh: Path) -> int:
    """Sign a baseline where it lies, by name, file or URL.

    Where the configuration has allowed_signers, check takes no other baseline than one that they signed. A signature covers all
    that the baseline says, its policy and waivers too; who records it anew or edits it has to sign it again.

    \b
    envprobe sign tf-2.9 --sign-ssh ~/.ssh/id_ed25519
    envprobe sign s3://lab/tf-2.9.json --sign-ssh ~/.ssh/id_ed25519

    Exit status: 0 signed, 2 not: the baseline is as it was.
    """
    from ..command.signed import sign_baseline
    from ..signing.ssh import SshKey
    from ..spelling import some
    from ..store import spelled

    path, made = sign_baseline(baseline, SshKey(sign_ssh))
    click.echo(f"signed {spelled(path, None)}: {some(len(made.signatures), 'signature')}", err=True)
    return 0


COMMANDS = (sign_command,)
