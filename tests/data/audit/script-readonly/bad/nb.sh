podman run --rm -p 127.0.0.1:8888:8888 \
  -v ./work:/tf/notebooks:ro \
  -v /usr/lib/x86_64-linux-gnu/libcuda.so.1:/usr/lib/libcuda.so.1:ro \
  --gpus all tensorflow/tensorflow:2.9.0-gpu-jupyter
