docker run --platform linux/amd64 -v "$PWD":/work -w /work tensorflow/tensorflow:2.9.0 python train.py
