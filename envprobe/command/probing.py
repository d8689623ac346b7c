"""What a probe is asked for: where, by the options of a call and by the project's configuration."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from ..baseline import Baseline
from ..config import Config
from ..error import UsageError
from ..probing.collect import INTEGRITY_SECTIONS, Options


def options_of(options: Options | None, config: Config) -> Options:
    """Return the options with what the configuration alone says: code, data and the key for hashed facts."""
    return msgspec.structs.replace(
        options or Options(),
        code=str(config.code) if config.code else None,
        data=tuple(_declared(path, config) for path in config.data),
        hash_key=_hash_key(config),
    )


def needed_for(expected: Baseline, options: Options) -> Options:
    """Leave out what costs time and which a declared baseline says nothing about."""
    if expected.fingerprint is not None:
        return options
    declared = {path.partition(".")[0] for path in expected.declared}
    hashes_files = not declared.isdisjoint(INTEGRITY_SECTIONS)
    runs_framework = bool(expected.traces) or any(path.startswith(("numerics.", "cuda.loaded.")) for path in expected.declared)
    return msgspec.structs.replace(
        options,
        integrity=options.integrity and hashes_files,
        benchmark=options.benchmark if runs_framework else "off",
    )


def _declared(path: Path, config: Config) -> str:
    """Return data as `NAME=PATH`: the name is what the configuration says, the same on every machine."""
    folder = config.source.parent.absolute() if config.source else Path.cwd()
    return f"{path.relative_to(folder)}={path}" if path.is_relative_to(folder) else str(path)


def _hash_key(config: Config) -> str | None:
    """Return the digest of the key file, in hexadecimal: the key itself is not sent into a target."""
    if config.hash_key_file is None:
        return None
    try:
        return hashlib.sha256(config.hash_key_file.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(
            f"{config.hash_key_file}: the key of keyed hashes cannot be read: {error.strerror}",
            "make one: head -c 32 /dev/urandom > FILE, and keep it out of the repository",
        ) from error
