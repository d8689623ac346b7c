#!/bin/sh
export DOCKER_HOST=tcp://gpu01.example.org:2375
docker run --pid=host --gpus all -v work:/work tensorflow/tensorflow:2.9.0-gpu python train.py
