"""Where the members of a fleet are, and how each is asked; every module has `members`, and a row in `engine.ENGINES`."""
