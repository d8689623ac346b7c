"""Install the built wheel into a fresh environment, away from the checkout, and use it as a newcomer would.

usage: python tests/support/wheel.py DIST
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path


def main(dist: Path) -> int:
    """Return 0 where the wheel carries its probe, its baselines and its pages, and reproduces its own declared environment."""
    [wheel] = sorted(dist.resolve().glob("*.whl"))[-1:]
    with tempfile.TemporaryDirectory(prefix="envprobe-wheel.") as folder:
        home = Path(folder)
        venv.create(home / "venv", with_pip=True)
        tool = home / "venv" / "bin"
        subprocess.run([tool / "pip", "install", "--quiet", wheel], check=True, cwd=home)
        subprocess.run([tool / "envprobe", "--version"], check=True, cwd=home)
        subprocess.run([tool / "envprobe", "probe", "--pack", "probe.pyz"], check=True, cwd=home)
        subprocess.run([sys.executable, "probe.pyz", "--no-benchmark", "--output", "me.json"], check=True, cwd=home)
        subprocess.run([tool / "envprobe", "check", "--baseline", "envprobe-host"], check=True, cwd=home)
        subprocess.run([tool / "envprobe", "schema", "report"], check=True, cwd=home, stdout=subprocess.DEVNULL)
        subprocess.run([tool / "envprobe", "completion", "zsh"], check=True, cwd=home, stdout=subprocess.DEVNULL)
        assert (home / "venv/share/man/man1/envprobe.1").is_file(), "the man page is missing"
        page = ["--format", "html", "--output", "report.html"]
        subprocess.run([tool / "envprobe", "check", "--baseline", "envprobe-host", *page], check=True, cwd=home)
        assert "</html>" in (home / "report.html").read_text("utf-8"), "the page lacks its templates"
    print(f"{wheel.name}: carries its probe, its baselines and its pages")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
