"""The command that shows a folder in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from ..error import UsageError

PORT = 8765
PLAIN = """envprobe: this is not encrypted: others on the network can read along
          leave --host out instead, and let people in by: ssh -L {port}:localhost:{port} {machine}"""


@click.command("serve")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Listen there; beyond this machine a token is asked for.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    metavar="N",
    help="Listen on this port; 0 picks a free one.",
)
@click.option("--token", is_flag=True, help="Ask for a token on this machine too, where others have accounts.")
def serve_command(folder: Path, host: str, port: int, token: bool) -> NoReturn:
    """Show a folder of baselines, runs and checks in a browser.

    When, what, and what differs from what; fingerprints and saved checks among it. Nothing is written, and nothing outside
    of FOLDER is read.

    \b
    envprobe serve baselines
    envprobe check docker://trainer --format json --output checks/monday.json
    envprobe serve checks --port 0

    Exit status: 130 ended by Ctrl-C, 2 could not listen.
    """
    from ..installation import installing

    try:
        from ..serve.app import Application
        from ..serve.server import listen, machine_name, serve, url_of
    except ModuleNotFoundError as error:
        hint = installing("serve")
        raise UsageError(f"{error.name} is not installed, which a page that is served needs", hint) from error
    from ..config import load_config
    from ..serve.catalogue import Catalogue
    from ..serve.drift import Comparisons
    from ..serve.guard import guard_for, is_loopback

    catalogue = Catalogue(folder)
    comparisons = Comparisons(catalogue, load_config(Path.cwd()))
    with listen(host, port) as listening:
        bound, bound_port = listening.getsockname()[:2]
        guard = guard_for(host, bound, machine_name(), asks_token=token)
        click.echo(url_of(host, bound, bound_port) + (f"?token={guard.token}" if guard.token else ""))
        if not is_loopback(bound):
            click.echo(PLAIN.format(port=bound_port, machine=machine_name()), err=True)
        serve(Application(catalogue, comparisons, guard), listening)


COMMANDS = (serve_command,)
