#!/bin/sh
export HF_TOKEN_PATH=/run/secrets/hf
docker login -u robot --password-stdin registry.example.org < /run/secrets/registry
docker run --rm --gpus all \
  -e MYSQL_PASSWORD \
  -v work:/work \
  tensorflow/tensorflow:2.9.0-gpu python train.py
