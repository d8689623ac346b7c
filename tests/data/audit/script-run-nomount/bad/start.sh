#!/bin/sh
# the notebook server
exec docker run --rm -it \
    --user "$(id -u):$(id -g)" -e HOME=/tf/notebooks \
    --publish 127.0.0.1:8888:8888 \
    tensorflow/tensorflow:2.9.0-jupyter jupyter notebook --notebook-dir=/tf/notebooks --ip=0.0.0.0 --no-browser
