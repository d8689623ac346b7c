#!/usr/bin/env bash
set -euo pipefail
TAG="${TAG:-2.9.0}"
ARGS=(
  --rm -it
  -p 127.0.0.1:8888:8888
  -v "$HOME/project:/tf/notebooks"
  # -v /:/host
)
ARGS+=(--user "$(id -u):$(id -g)")
sudo docker run "${ARGS[@]}" "tensorflow/tensorflow:${TAG}-jupyter"
