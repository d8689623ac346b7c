"""Readers of what somebody else wrote, given damaged and hostile files: `nox -s fuzz`."""
