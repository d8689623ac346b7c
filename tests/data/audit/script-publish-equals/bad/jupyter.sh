#!/bin/sh
sudo -E docker container run \
    --publish=9999:8888 \
    --user=1000:1000 --volume="$HOME/work":/tf/notebooks \
    tensorflow/tensorflow:2.9.0-jupyter \
    jupyter notebook --notebook-dir=/tf/notebooks --ip=0.0.0.0
