"""The image and how its container was started: what everything else lies in."""

from __future__ import annotations

from ..rule import ANYTHING, CauseRule

RULES = (
    CauseRule(
        name="container.temporary",
        facts=("container.read_only", "environment.TMPDIR", "environment.TEMP", "environment.TMP"),
        mechanism="TensorFlow and Python need a folder for temporary files that can be written",
        source="https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir",
        breaks=r"No usable temporary directory|Read-only file system",
    ),
    CauseRule(
        name="container.processes",
        facts=("container.limits.pids", "container.limits.ulimits.nproc", "system.limits.processes"),
        mechanism="TensorFlow starts a thread for each CPU and more, and the limit is reached",
        source="https://docs.docker.com/reference/cli/docker/container/run/#pids-limit",
        breaks=r"can't start new thread|Resource temporarily unavailable|pthread_create",
    ),
    CauseRule(
        name="container.memory",
        facts=("container.limits.memory_bytes", "system.limits.address_space"),
        mechanism="TensorFlow needs some 600 MB to run at all",
        source="docs/numerics.md, what it costs",
        breaks=r"cannot allocate memory|MemoryError|bad_alloc|killed|MB only",
    ),
    CauseRule(
        name="image.other",
        facts=("image.id",),
        mechanism="another image has other files throughout",
        source="https://github.com/opencontainers/image-spec/blob/main/config.md",
        moves=ANYTHING,
        breaks=".",
    ),
    CauseRule(
        name="image.libraries",
        facts=("ospackages.*", "system.os"),
        mechanism="Python and packages load libraries of the operating system",
        source="https://man7.org/linux/man-pages/man8/ld.so.8.html",
        moves=("host/*", "pipeline/image/*"),
        breaks=r"cannot open shared object|version `\w+",
    ),
    CauseRule(
        name="image.gpu",
        facts=(
            "container.gpus",
            "cuda.*",
            "numerics.devices",
            "environment.CUDA_VISIBLE_DEVICES",
            "environment.NVIDIA_VISIBLE_DEVICES",
        ),
        mechanism="whether a GPU is used, and with which libraries, is decided by the image, by `--gpus`, by the driver and by "
        "the order in which libraries are found",
        source="https://www.tensorflow.org/install/source#gpu; not measured here",
        moves=("*-gpu/*",),
        breaks=r"libcud|cuda|cudnn|CUDA_ERROR",
    ),
)
