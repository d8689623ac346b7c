#!/bin/bash
cat > Notes.md <<'EOF'
never: docker run --privileged -p 8888:8888 tensorflow/tensorflow:latest jupyter notebook --NotebookApp.token=''
EOF
# docker run --privileged tensorflow/tensorflow:latest
echo "docker run -v /:/host tensorflow/tensorflow:latest"
if docker info >/dev/null 2>&1; then
  run() { docker run --rm -u 1000 "$@"; }
  docker run --rm -u 1000 -v "$PWD:/tf/notebooks" -p 127.0.0.1:8888:8888 tensorflow/tensorflow:2.9.0-jupyter jupyter notebook --notebook-dir=/tf/notebooks --ip=0.0.0.0
fi
