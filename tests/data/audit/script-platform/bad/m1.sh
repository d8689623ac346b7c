docker run --platform linux/arm64/v8 -v "$PWD":/work -w /work tensorflow/tensorflow:2.9.0 python train.py
