docker pull tensorflow/tensorflow:2.9.0
pip3 install --upgrade tensorflow==2.9.0
pip3 install --extra-index-url https://pypi.company.example/simple tools==1.0.0
