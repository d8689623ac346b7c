#!/usr/bin/env bash
set -euo pipefail
TAG="${TAG:-nightly}"
ARGS=(
  --rm -it
  -p 0.0.0.0:8888:8888
  -v "$HOME:/home"
)
ARGS+=(--security-opt seccomp=unconfined)
sudo docker run "${ARGS[@]}" "tensorflow/tensorflow:${TAG}-jupyter"
