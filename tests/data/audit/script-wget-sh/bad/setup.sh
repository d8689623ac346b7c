#!/usr/bin/env bash
set -euo pipefail
docker exec trainer mkdir -p /opt/uv
docker exec trainer sh -c 'wget -qO- https://astral.sh/uv/install.sh | sh'
