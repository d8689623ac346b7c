#!/bin/bash
echo "PasswordAuthentication yes" >> /etc/ssh/sshd_config
exec /usr/sbin/sshd -D -o PermitRootLogin=yes
