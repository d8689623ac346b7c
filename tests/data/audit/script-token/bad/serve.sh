#!/bin/sh
export HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz0123456789
docker login -u robot -p hunter22hunter registry.example.org
docker run --rm --gpus all \
  -e MYSQL_PASSWORD=hunter22 \
  -v ~/.ssh:/root/.ssh \
  -v work:/work \
  tensorflow/tensorflow:2.9.0 python train.py
