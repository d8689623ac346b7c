podman run --rm -p 127.0.0.1:8888:8888 \
  -v ./work:/tf/notebooks:Z \
  -v /etc/localtime:/etc/localtime:ro \
  --gpus all tensorflow/tensorflow:2.9.0-gpu-jupyter
