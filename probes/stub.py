# Runs as `python -B -c STUB`: syntax that Python 2.7 can read, because its job there is to say so.
import sys

if sys.version_info < (3, 6):
    sys.exit("envprobe: the probe needs Python 3.6 or newer, and this is Python " + sys.version.split()[0])
if sys.path[:1] == [""]:
    del sys.path[0]  # `-c` puts the working folder in front: a json.py of whoever filled it would answer in the probe's place
import json

line = json.loads(sys.stdin.buffer.readline().decode("ascii"))
exec(compile(line["sources"]["loader.py"], "<envprobe>/loader.py", "exec"), {"LINE": line})
