"""Keep the working folder off sys.path from the first moment: Python 3.13 imports linecache before it runs what `-c` gives it.

The stub takes the folder away itself, which is enough for every older Python; a later one is asked by this variable. It is the
host's and ours, no fact of the target.
"""

NAME = "PYTHONSAFEPATH"
OURS = "envprobe"
VARIABLES = {NAME: OURS}


def without_ours(environ):
    """Return variables as the target's user has them."""
    return {name: value for name, value in environ.items() if (name, value) != (NAME, OURS)}


def with_ours(environ):
    """Return variables for a program of ours; what a user has set stays."""
    return dict(VARIABLES, **environ)
