docker run --rm -p 127.0.0.1:8888:8888 \
  --mount type=bind,"source=/data/my team,x",target=/tf/notebooks \
  tensorflow/tensorflow:2.9.0-jupyter
