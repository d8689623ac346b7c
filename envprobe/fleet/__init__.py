"""The same question put to many machines: one engine a file under `engines/`, one row in `engine.ENGINES`."""
