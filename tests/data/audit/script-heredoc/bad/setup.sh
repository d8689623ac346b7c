#!/bin/bash
cat > ~/.jupyter/jupyter_notebook_config.py <<EOF
c.NotebookApp.password = ''
c.NotebookApp.token = ''
EOF
cat <<EOF | sudo tee /etc/ssh/sshd_config.d/x.conf
PermitRootLogin yes
EOF
curl -fsSL https://get.example.org | sh
