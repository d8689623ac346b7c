docker run --rm -p 127.0.0.1:8888:8888 \
  -v /tf/notebooks \
  tensorflow/tensorflow:2.9.0-jupyter
