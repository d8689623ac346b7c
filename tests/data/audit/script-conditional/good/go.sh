#!/bin/bash
GPU_FLAG=""
if command -v nvidia-smi >/dev/null; then
  GPU_FLAG="--gpus all"
fi
docker run $GPU_FLAG --rm -v work:/work tensorflow/tensorflow:2.9.0-gpu python train.py
