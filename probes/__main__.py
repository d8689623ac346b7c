"""`python3 envprobe-probe.pyz [--output FILE]`: the probe run by hand, for a colleague who has no envprobe.

The archive holds this file and `line.json`, the line that a host would send; it is started exactly as the host starts it,
through the stub in a fresh interpreter, so that both ways record the same facts.
"""

from __future__ import print_function  # so that Python 2.7 gets as far as the sentence below

import json
import os
import subprocess
import sys
import zipfile

USAGE = """usage: python3 envprobe-probe.pyz [--no-integrity] [--no-benchmark] [--timeout SECONDS] [--output FILE]

Records this Python environment. Installs nothing and writes nothing but FILE
(default: stdout). Send the result back; `envprobe check file://FILE` reads it."""
NONCE = "envprobe-by-hand"


def main(arguments):
    """Parse the few options, run the probe in a fresh interpreter, and write its answer."""
    options = {"output": None, "integrity": True, "benchmark": "quick", "timeout_s": 600}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--no-integrity":
            options["integrity"] = False
        elif word == "--no-benchmark":
            options["benchmark"] = "off"
        elif word == "--timeout" and rest and rest[0].isdigit():
            options["timeout_s"] = int(rest.pop(0))
        elif word == "--output" and rest:
            options["output"] = rest.pop(0)
        else:
            print(USAGE, file=sys.stdout if word in ("-h", "--help") else sys.stderr)
            return 0 if word in ("-h", "--help") else 2
    payload = run(options)
    if options["output"] is None:
        sys.stdout.write(payload)
    else:
        output = str(options["output"])
        partial = output + ".partial"
        with open(partial, "w", encoding="ascii") as stream:
            stream.write(payload)
        os.replace(partial, output)
        print("envprobe: wrote %s (%d bytes); send it to whoever asked" % (output, len(payload)), file=sys.stderr)
    return 0


def run(options):
    """Return the answer's JSON text, taken out of its frame; leave with a sentence when there is none."""
    with zipfile.ZipFile(os.path.dirname(os.path.abspath(__file__))) as archive:
        line = json.loads(archive.read("line.json").decode("ascii"))
    line["request"] = {
        "nonce": NONCE,
        "timeout_s": options["timeout_s"],
        "sections": None,
        "integrity": options["integrity"],
        "benchmark": options["benchmark"],
        "hash_key": None,
        "code": None,
        "data": [],
    }
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", line["stub"]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(line["variables"], **os.environ),
    )
    output = process.communicate(json.dumps(line, sort_keys=True).encode("ascii") + b"\n")[0].decode("ascii", "replace")
    begin = output.find("\n" + NONCE + " ")
    end = output.find("\n" + NONCE + " end\n", begin + 1)
    if begin < 0 or end < 0:
        sys.exit("envprobe: the probe gave no answer (exit status %d); what it said is above" % process.returncode)
    return output[output.index("\n", begin + 1) + 1 : end] + "\n"


if __name__ == "__main__":
    if sys.version_info < (3, 6):
        sys.exit("envprobe: the probe needs Python 3.6 or newer, and this is Python " + sys.version.split()[0])
    sys.exit(main(sys.argv[1:]))
