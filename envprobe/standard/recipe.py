"""A thin image on top of a pinned one: what it adds, the script that adds it, and the name that it has from both. Pure."""

from __future__ import annotations

import shlex

import msgspec

from ..fact import canonical, sha256
from .ssh_server import PRIVILEGE_SEPARATION, SSHD_CONFIG, START_SSHD

REPOSITORY = "envprobe/derived"
JUPYTER = (
    "notebook==6.4.12",
    "ipykernel==6.15.3",
    "ipython==7.34.0",
    "jupyter-client==7.4.9",
    "jupyter-core==4.12.0",
    "lxml==4.9.4",
    "nbclient==0.7.4",
    "nbconvert==6.5.4",
    "nbformat==5.8.0",
    "jsonschema==4.17.3",
    "pyzmq==24.0.1",
    "terminado==0.17.1",
    "tornado==6.2",
    "traitlets==5.9.0",
)
"""Jupyter for Python 3.8 to 3.10, of the time of TensorFlow 2.9: newer ones ask for newer packages than the image has.

lxml 5.2 has no `lxml.html.clean` any more, without which nbconvert, and with it every notebook's page, is an error 500.
"""
APT = """\
# the distribution's own lists alone: those of others, as of NVIDIA's in the GPU image, expire and are not behind every proxy
lists=$(mktemp -d)
for name in debian ubuntu; do
    if [ -f "/etc/apt/sources.list.d/$name.sources" ]; then cp "/etc/apt/sources.list.d/$name.sources" "$lists"; fi
done
apt-get -o Dir::Etc::SourceParts="$lists" -qq update
DEBIAN_FRONTEND=noninteractive apt-get -o Dir::Etc::SourceParts="$lists" -qq install -y --no-install-recommends {packages}
# host keys are made at the start: those of an image are everybody's
rm -rf "$lists" /var/lib/apt/lists/* /etc/ssh/ssh_host_*"""
PIP = """\
# what the image has stays as it is: its versions bind those that are added
python3 -m pip --disable-pip-version-check freeze --all | grep -E '^[^ ]+==' >/tmp/constraints.txt
python3 -m pip --disable-pip-version-check install -q --no-cache-dir --constraint /tmp/constraints.txt {packages}
rm -f /tmp/constraints.txt"""


class ImageRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """What an image gets on top."""

    base: str
    """A pinned reference."""
    packages: tuple[str, ...] = ()
    """Python packages, pinned."""
    system_packages: tuple[str, ...] = ()
    """Packages of the distribution."""
    has_ssh: bool = False
    """Whether sshd is set up: its configuration, and what starts it."""
    commands: tuple[str, ...] = ()
    """Commands of a shell, run last."""
    environment: dict[str, str | None] = {}
    """Variables that it sets; null for one that its base sets and it does not."""
    base_content: str = ""
    """What the base holds, where its name is another each time that it is made."""
    base_name: str = ""
    """What people call the base, where that is not what names it."""

    @property
    def called(self) -> str:
        """The base, for people."""
        return self.base_name or self.base

    @property
    def digest(self) -> str:
        """The digest of all that decides what is in the image."""
        variables = {"environment": self.environment} if self.environment else {}
        return sha256(canonical({"base": self.base_content or self.base, "script": self.script, **variables}))

    @property
    def tag(self) -> str:
        """The image's name: another recipe has another one."""
        return f"{REPOSITORY}:{self.digest.rpartition(':')[2][:16]}"

    @property
    def script(self) -> str:
        """The shell script that adds it, run by /bin/sh as root in the image."""
        return "\n".join(["set -eu", *self.steps]) + "\n"

    @property
    def all_system_packages(self) -> tuple[str, ...]:
        """Packages of the distribution, with that of sshd where it is set up."""
        return (*self.system_packages, *(["openssh-server"] if self.has_ssh else []))

    @property
    def steps(self) -> list[str]:
        """The script's parts, each a layer where there are layers."""
        system = self.all_system_packages
        found = [APT.format(packages=shlex.join(system))] if system else []
        if self.packages:
            found.append(PIP.format(packages=shlex.join(self.packages)))
        if self.has_ssh:
            found.append(_file("/etc/envprobe/sshd_config", SSHD_CONFIG, "644"))
            found.append(f"{_file('/usr/local/bin/envprobe-sshd', START_SSHD, '755')}\nmkdir -p {PRIVILEGE_SEPARATION}")
        return [*found, *self.commands]


def _file(path: str, text: str, mode: str) -> str:
    """Return the commands that write a file; its lines are words of printf, so that no shell reads them."""
    lines = " \\\n    ".join(shlex.quote(line) for line in text.splitlines())
    return f"mkdir -p {path.rpartition('/')[0]}\nprintf '%s\\n' \\\n    {lines} >{path}\nchmod {mode} {path}"
