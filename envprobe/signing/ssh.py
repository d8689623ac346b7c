"""SSH keys, as git uses them: signed by `ssh-keygen -Y sign`, trusted by an allowed-signers file that lies in the repository.

The program of OpenSSH (8.1 or newer) does all of it, so agents, hardware keys, certificates, `namespaces=`, `valid-after=`
and `valid-before=` mean here what they mean there (ssh-keygen(1), ALLOWED SIGNERS).
"""

from __future__ import annotations

import base64
import re
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from ..error import EnvprobeError
from .dsse import Signature
from .verifier import Rejected, TrustedKey

NAMESPACE = "envprobe"
MAGIC = b"SSHSIG"
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
LIMIT_BYTES = 64 << 10
TIMEOUT_S = 120
"""A passphrase has to be typed, or a hardware key touched."""
_KEY = re.compile(r"with \S+ key (SHA256:[A-Za-z0-9+/]+)")


class SshKey:
    """A private key, or the public key of one that the agent holds."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def sign(self, message: bytes) -> Signature:
        """Sign; ssh-keygen asks for a passphrase on the terminal. Raises EnvprobeError."""
        status, armor, complaint = _run(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(self.path)], message)
        if status != 0:
            raise EnvprobeError(
                f"{self.path}: ssh-keygen could not sign: {complaint}",
                "name a private key, or the .pub of a key that ssh-agent holds",
            )
        data = base64.b64decode("".join(armor.partition(BEGIN)[2].partition(END)[0].split()))
        return Signature(base64.b64encode(data).decode("ascii"), _fingerprint(message, data))


class AllowedSigners:
    """An allowed-signers file."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise EnvprobeError(f"{path}: no such allowed-signers file", 'one line a signer: NAME namespaces="envprobe" KEY')
        self.path = path

    def knows(self, signature: Signature) -> bool:
        """SSH signatures begin with a word that no other kind begins with."""
        return signature.data.startswith(MAGIC)

    def verify(self, message: bytes, signature: Signature, moment: datetime | None) -> TrustedKey | Rejected:
        """Return principal and key, or what ssh-keygen has against the signature."""
        if len(signature.data) > LIMIT_BYTES:
            return Rejected(f"an SSH signature of {len(signature.data):,} bytes")
        key = _fingerprint(message, signature.data)
        if not key:
            return Rejected("the SSH signature is wrong: it was not made over this statement")
        with _armored(signature.data) as file:
            return self._ask(message, Path(file.name), key, moment)

    def _ask(self, message: bytes, signature: Path, key: str, moment: datetime | None) -> TrustedKey | Rejected:
        # ssh-keygen reads a time without a zone as local, and older versions read no other
        time = [] if moment is None else ["-O", f"verify-time={moment.astimezone():%Y%m%d%H%M%S}"]
        trusted = ["-f", str(self.path), "-s", str(signature), *time]
        _, principals, complaint = _run(["-Y", "find-principals", *trusted], b"")
        for principal in principals.splitlines():
            status, _, said = _run(["-Y", "verify", "-n", NAMESPACE, "-I", principal, *trusted], message)
            if status == 0:
                return TrustedKey(principal, key)
            complaint = f"{principal}: {said}"
        return Rejected(f"{key} is not an allowed signer: {complaint or 'no principal matched'}")


def _fingerprint(message: bytes, data: bytes) -> str:
    """Return the fingerprint of the key that made a signature, whoever's it is; empty where the signature is wrong."""
    with _armored(data) as file:
        status, said, _ = _run(["-Y", "check-novalidate", "-n", NAMESPACE, "-s", file.name], message)
    found = _KEY.search(said) if status == 0 else None
    return found.group(1) if found else ""


def _armored(data: bytes) -> tempfile._TemporaryFileWrapper[bytes]:
    """Write a signature where ssh-keygen can read it; gone when closed."""
    text = base64.b64encode(data).decode("ascii")
    stream = tempfile.NamedTemporaryFile(prefix="envprobe-", suffix=".sig")  # noqa: SIM115 - the caller closes it
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    stream.write("\n".join([BEGIN, *lines, END, ""]).encode("ascii"))
    stream.flush()
    return stream


def _run(arguments: list[str], message: bytes) -> tuple[int, str, str]:
    """Run ssh-keygen; return exit status, output and what it complains of, in one line without file names of ours."""
    try:
        done = subprocess.run(["ssh-keygen", *arguments], input=message, capture_output=True, timeout=TIMEOUT_S, check=False)
    except FileNotFoundError:
        raise EnvprobeError("ssh-keygen is not installed", "install OpenSSH's client: apt-get install openssh-client") from None
    except subprocess.TimeoutExpired:
        raise EnvprobeError(f"ssh-keygen did not answer within {TIMEOUT_S} s") from None
    complaint = "; ".join(line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip())
    return done.returncode, done.stdout.decode("utf-8", "replace"), complaint
