#!/bin/bash
# docker run --privileged -p 8888:8888 was how we did it
IMAGE=tensorflow/tensorflow:2.9.0-jupyter
docker run -d --name tf \
  -p 127.0.0.1:8888:8888 \
  --user "$(id -u):$(id -g)" \
  --mount type=bind,source="$PWD/work",target=/tf/notebooks \
  "$IMAGE" jupyter notebook --notebook-dir=/tf/notebooks --ip=0.0.0.0 --no-browser
echo "do not use --privileged, and never -v /var/run/docker.sock:/var/run/docker.sock"
