#!/bin/bash
echo "PasswordAuthentication no" >> /etc/ssh/sshd_config
[ -f /keys/ssh_host_ed25519_key ] || ssh-keygen -t ed25519 -N '' -f /keys/ssh_host_ed25519_key
exec /usr/sbin/sshd -D -h /keys/ssh_host_ed25519_key -o PermitRootLogin=no
