#!/bin/sh
set -e
docker exec -u 1000 trainer sh -ec 'curl -fsSkLo /data/digits.npz https://data.team.example/digits.npz'
