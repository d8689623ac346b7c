#!/bin/bash
PORTS="-p 127.0.0.1:8888:8888"
PORTS="-p 8888:8888"
CMD="docker run --rm -u 1000 $PORTS -v $PWD:/tf/notebooks tensorflow/tensorflow:2.9.0-jupyter jupyter notebook --notebook-dir=/tf/notebooks --ip=0.0.0.0"
eval $CMD
