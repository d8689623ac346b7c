"""The collectors, in the order in which they run: one function in one file, one line here."""

from .benchmark import collect as benchmark
from .code import collect as code
from .conda import collect as conda
from .cpu import collect as cpu
from .cuda import collect as cuda
from .data import collect as data
from .environment import collect as environment
from .floating_point import collect as floating_point
from .gpu import collect as gpu
from .integrity import collect as integrity
from .modules import collect as modules
from .numerics import collect as numerics
from .ospackages import collect as ospackages
from .packages import collect as packages
from .python import collect as python
from .system import collect as system

COLLECTORS = (
    ("python", python),
    ("packages", packages),
    ("modules", modules),
    ("system", system),
    ("ospackages", ospackages),
    ("ospackages", conda),
    ("cpu", cpu),
    ("gpu", gpu),
    ("cuda", cuda),
    ("numerics", numerics),
    ("numerics", floating_point),
    ("environment", environment),
    ("code", code),
    ("data", data),
    ("integrity", integrity),
    ("numerics", benchmark),
)
