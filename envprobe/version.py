"""Which version of envprobe this is; the package shows it as `envprobe.__version__`."""

__version__ = "0.1.0"
