#!/bin/bash
cat <<'USAGE'
usage: setup.sh
  docker run --privileged -p 8888:8888 tensorflow/tensorflow
  curl -fsSL https://get.example.org | sh
USAGE
cat > ~/.jupyter/jupyter_notebook_config.py <<EOF
# c.NotebookApp.token = ''
c.NotebookApp.notebook_dir = '/tf/notebooks'
EOF
if false; then : 'docker run --privileged x'; fi
