#!/bin/bash
HOSTDIR=/
WORK=$HOME/digits
docker run --rm -u 1000 -v "${HOSTDIR}:/host" -v "$WORK:/w" tensorflow/tensorflow:2.9.0 python /w/train.py
