"""What holds for all tests."""

import os
import signal

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# A busy machine is no failure, so no deadline; a failure prints the line that draws it again.
settings.register_profile("envprobe", deadline=None, print_blob=True)
settings.register_profile("same", deadline=None, print_blob=True, derandomize=True)  # CI: one commit, one result
settings.load_profile(os.environ.get("ENVPROBE_EXAMPLES", "envprobe"))

pytest_plugins = ["pytester"]  # only the outermost conftest.py may ask for a plugin

# A background job of a shell and `nohup` ignore signals, and all that tests start inherits that: they would send Ctrl-C for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Give what needs real components to one worker: one engine, one browser, one TensorFlow at a time."""
    return _OneEngine(config, log)


class _OneEngine(LoadScopeScheduling):
    """Not `--dist loadgroup`: with pytest 9.2 xdist 3.8 loses its groups."""

    def _split_scope(self, nodeid: str) -> str:
        return "real" if nodeid.startswith("tests/real/") else nodeid
