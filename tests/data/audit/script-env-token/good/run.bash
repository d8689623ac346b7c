#!/bin/bash
args=(--rm -p 127.0.0.1:8888:8888 -v "$PWD":/tf/notebooks --user 1000)
docker run "${args[@]}" tensorflow/tensorflow:2.9.0-jupyter bash -lc "jupyter notebook --ip 0.0.0.0 --notebook-dir=/tf/notebooks"
