docker pull tensorflow/tensorflow
pip3 install --upgrade tensorflow
pip3 install --extra-index-url http://pypi.company.example/simple tools==1.0.0
