#!/usr/bin/env fish
set img tensorflow/tensorflow:2.9.0
docker run --rm -u 1000 \
    --privileged \
    -v $PWD:/w $img python /w/train.py
