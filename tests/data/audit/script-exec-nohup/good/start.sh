#!/bin/sh
set -- -u 1000
nohup nice -n 5 docker run -d --rm -u 1000 \
  --cap-drop=ALL \
  -v "$PWD":/w tensorflow/tensorflow:2.9.0 python /w/train.py >log 2>&1 &
