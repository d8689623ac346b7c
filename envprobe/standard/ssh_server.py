"""sshd in the container: key login of one user who is not root, host keys that stay, the container's environment inside.

sshd runs as that user: it can log in nobody else, and nothing in the container runs as root. OpenSSH 8.2 and newer.
"""

from __future__ import annotations

PORT = 2222
PRIVILEGE_SEPARATION = "/run/sshd"
"""Must be there, even for an sshd that has no privileges to separate; systemd makes it elsewhere."""
SSHD_CONFIG = f"""\
Port {PORT}
PermitRootLogin no
AuthenticationMethods publickey
PubkeyAuthentication yes
AuthorizedKeysFile /run/envprobe/authorized_keys
PasswordAuthentication no
ChallengeResponseAuthentication no
UsePAM no
PermitUserEnvironment yes
AllowTcpForwarding yes
X11Forwarding no
PrintMotd no
PidFile none
Subsystem sftp internal-sftp
"""
START_SSHD = r"""#!/bin/sh
# Started as the user: host keys are made once and kept in HOME, which outlives the container.
set -eu
umask 077
mkdir -p "$HOME/.ssh" "$HOME/.ssh-host"
key="$HOME/.ssh-host/ssh_host_ed25519_key"
[ -f "$key" ] || ssh-keygen -q -t ed25519 -N "" -C "" -f "$key"
# An SSH session starts with a bare environment: it gets that of the container, but for what is named like a secret.
env | grep -E "^[A-Za-z_][A-Za-z0-9_]*=" \
    | grep -viE "^[A-Z0-9_]*(TOKEN|SECRET|PASSW|CREDENTIAL|_KEY|APIKEY)[A-Z0-9_]*=|://[^/ ]*@" \
    | grep -vE "^(HOME|PWD|OLDPWD|SHLVL|_|USER|LOGNAME|SHELL|TERM|HOSTNAME)=" >"$HOME/.ssh/environment"
exec /usr/sbin/sshd -D -e -f /etc/envprobe/sshd_config -h "$key"
"""
