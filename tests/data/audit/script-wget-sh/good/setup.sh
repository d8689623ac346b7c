#!/usr/bin/env bash
set -euo pipefail
docker exec trainer mkdir -p /opt/uv
docker exec trainer sh -c 'python3 -m pip install --no-cache-dir uv==0.4.1'
