#!/bin/bash
# start the notebook server of the team
IMAGE=tensorflow/tensorflow:2.9.0
docker run -d --name tf \
  --privileged \
  -p 8888:8888 \
  -v /var/run/docker.sock:/var/run/docker.sock \
  "$IMAGE"
