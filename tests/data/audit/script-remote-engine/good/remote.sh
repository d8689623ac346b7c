#!/bin/sh
export DOCKER_HOST=ssh://me@gpu01.example.org
docker run --gpus all -v work:/work tensorflow/tensorflow:2.9.0-gpu python train.py
