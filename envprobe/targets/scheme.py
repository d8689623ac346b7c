"""Every scheme of targets, one row each; completion, help, fixes, experiments and docs ask the row.

A new target is a file of this room with its Target, and a row here. Pure, and quick to load: a shell asks while somebody types.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from .typed import Way, as_it_is, over_ssh, through


class Recipe(NamedTuple):
    """The file that an image is built from, and how its lines are spelled."""

    file: str
    """What people call it: `its Dockerfile`."""
    run: str
    """How a command is run there, with `{}` for it."""
    variable: str
    """How a variable is set there, with `{}` for `NAME=VALUE`."""


DOCKERFILE = Recipe("its Dockerfile", "RUN {}", "ENV {}")


class Scheme(NamedTuple):
    """What stands before `://`, and all that differs from one scheme to another."""

    name: str
    form: str
    """How a reference is written: `docker://CONTAINER`."""
    summary: str
    """What it names, in a few words: for completion and docs."""
    made: str
    """What a probe makes there, and removes again."""
    opens: str
    """`MODULE:NAME`, a module of this room and what in it makes the Target of an Address and a Deadline. Imported when it is
    wanted: `local://` has no use for sockets and TLS. Empty: it is read, and nothing can be run in it."""
    way: Way | None
    """How a person types a command that is to run there; None where nobody can. Without a default: a command that is meant for
    another place, typed on this machine, changes this machine."""
    way_of_root: Way | None = None
    """How a command runs there with all rights; None where a person has to see to that."""
    inherits: bool = False
    """Whether what is probed gets the variables and limits of the shell that envprobe is called from."""
    tool: str = ""
    """The command of the engine that has it: `docker`. Empty where there is none."""
    recipe: Recipe | None = None
    """For an image: what is changed to change it."""
    lists: tuple[str, ...] = ()
    """The command that lists, a line each, what may follow `://`. It knows which engine is meant, and answers in a tenth of the
    time that a library takes to load."""
    is_path: bool = False
    """Whether a path of this machine may follow `://`."""
    experiments: Literal["here", "engine", ""] = ""
    """How `envprobe run` runs a command there: as a process of this machine, through an engine, or not at all. `engine` needs the
    methods `follow` and `archive` of ContainerTarget."""


def _names(tool: str) -> tuple[str, ...]:
    return (tool, "ps", "--format", "{{.Names}}")


def _tags(tool: str) -> tuple[str, ...]:
    return (tool, "image", "ls", "--filter", "dangling=false", "--format", "{{.Repository}}:{{.Tag}}")


ROWS = (
    Scheme(
        name="local",
        form="local://[PYTHON]",
        summary="a Python of this machine",
        made="a process",
        opens="local:LocalTarget",
        way=as_it_is,
        inherits=True,
        is_path=True,
        experiments="here",
    ),
    Scheme(
        name="docker",
        form="docker://CONTAINER",
        summary="a running container",
        made="an exec",
        opens="docker:container",
        way=through("docker", "exec"),
        way_of_root=through("docker", "exec", "--user", "0"),
        tool="docker",
        lists=_names("docker"),
        experiments="engine",
    ),
    Scheme(
        name="image",
        form="image://REFERENCE",
        summary="a throw-away container of an image",
        made="a container without network",
        opens="docker:image",
        way=None,
        tool="docker",
        recipe=DOCKERFILE,
        lists=_tags("docker"),
    ),
    Scheme(
        name="podman",
        form="podman://CONTAINER",
        summary="a running container of Podman",
        made="an exec; a service, where no socket is open",
        opens="podman:container",
        way=through("podman", "exec"),
        way_of_root=through("podman", "exec", "--user", "0"),
        tool="podman",
        lists=_names("podman"),
        experiments="engine",
    ),
    Scheme(
        name="podman+image",
        form="podman+image://REFERENCE",
        summary="a throw-away container of a Podman image",
        made="a container without network; a service, where no socket is open",
        opens="podman:image",
        way=None,
        tool="podman",
        recipe=DOCKERFILE,
        lists=_tags("podman"),
    ),
    Scheme(
        name="ssh",
        form="ssh://[USER@]HOST[:PORT][/PYTHON]",
        summary="a machine behind ssh",
        made="a login",
        opens="ssh:SshTarget",
        way=over_ssh,
    ),
    Scheme(
        name="file",
        form="file://PATH",
        summary="a fingerprint that a colleague sent",
        made="nothing",
        opens="",
        way=None,
        is_path=True,
    ),
)
SCHEMES = {row.name: row for row in ROWS}
