#!/bin/sh
docker run -d -p 127.0.0.1:2222:22 -v keys:/etc/ssh -v "$PWD":/work team.example/ssh-base:1.4.0 /usr/sbin/sshd -D -oPermitRootLogin=yes
