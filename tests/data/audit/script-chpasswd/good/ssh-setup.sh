#!/bin/bash
docker exec -u 0 trainer useradd -m work
docker exec -u 0 -i trainer usermod -p '*' work
