#!/bin/bash
ssh gpu01 "docker run --rm -u 1000 -v /srv/w:/w team.example/tool:2.1.0 run"
