#!/usr/bin/env bash
IMG="tensorflow/tensorflow"
TAG="2.9.0"
docker run --rm -u "$(id -u)" \
  --gpus=all \
  -v "$PWD":/w \
  "$IMG:$TAG" python /w/train.py
