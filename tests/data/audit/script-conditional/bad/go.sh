#!/bin/bash
GPU_FLAG=""
if command -v nvidia-smi >/dev/null; then
  GPU_FLAG="--gpus all"
fi
run() {
  docker run $GPU_FLAG --cap-add ALL --rm "$@"
}
run -v work:/work tensorflow/tensorflow:2.9.0-gpu python train.py
docker run -v work:/work nvcr.io/nvidia/tensorflow:22.05-tf2-py3 python train.py
