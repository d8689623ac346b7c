"""How `import tensorflow` ends where TensorFlow 2.9 was installed today, by what is raised: each was seen, or is documented.

`pip install tensorflow==2.9.0` resolves to packages that came years later: TensorFlow 2.9 has lower bounds and few upper ones.
"""

from __future__ import annotations

from ..rule import BreakageRule

SEEN = "seen with TensorFlow 2.9.0: docs/numerics.md, what breaks"
NUMPY_2 = "https://numpy.org/devdocs/numpy_2_0_migration_guide.html; https://github.com/tensorflow/tensorflow/issues/57106"

BREAKAGES = (
    BreakageRule(
        name="import.numpy-abi",
        raises=r"compiled using NumPy 1\.x|Unable to convert function return value to a Python type|_ARRAY_API not found"
        r"|numpy\.core\.multiarray failed to import|numpy\.core\._multiarray_umath|numpy\.dtype size changed"
        r"|compiled against ABI version|compiled against API version",
        facts=("packages.numpy.version", "packages.numpy", "packages.numpy.*"),
        mechanism="TensorFlow was compiled against numpy 1.20 to 1.26, and the C interface of numpy 2 is another, as is that of "
        "numpy before 1.20",
        source=f"{NUMPY_2}; {SEEN}",
        remedy="pip install 'numpy<2,>=1.20'",
    ),
    BreakageRule(
        name="import.numpy-removed",
        raises=r"module 'numpy' has no attribute '(object|bool|int|float|complex|str|typeDict|long|unicode)'"
        r"|`np\.\w+` was (a deprecated alias|removed in the NumPy 2\.0)",
        facts=("packages.numpy.version", "packages.numpy", "packages.numpy.*"),
        mechanism="numpy 1.24 removed names such as np.bool and np.object, and 2.0 more of them, which older code uses",
        source="https://numpy.org/doc/stable/release/1.24.0-notes.html#expired-deprecations",
        remedy="pip install 'numpy<1.24,>=1.20'",
    ),
    BreakageRule(
        name="import.protobuf-descriptors",
        raises=r"Descriptors cannot(?: not)? be created",
        facts=("packages.protobuf.version", "packages.protobuf", "packages.protobuf.*"),
        mechanism="protobuf 4 refuses code that protoc before 3.19 generated, which TensorFlow 2.9 ships",
        source=f"https://protobuf.dev/news/2022-05-06/#python-updates; "
        f"https://github.com/tensorflow/tensorflow/issues/60460; {SEEN}",
        remedy="pip install 'protobuf<3.20,>=3.9.2'",
    ),
    BreakageRule(
        name="import.protobuf-builder",
        raises=r"cannot import name '(builder|runtime_version)' from 'google\.protobuf"
        r"|No module named 'google\.protobuf\.(internal|runtime)"
        r"|MessageFactory' object has no attribute 'GetPrototype'",
        facts=("packages.protobuf.version", "packages.protobuf", "packages.protobuf.*"),
        mechanism="generated code and protobuf are of different generations",
        source="https://protobuf.dev/support/cross-version-runtime-guarantee/",
        remedy="pip install 'protobuf<3.20,>=3.9.2'",
    ),
    BreakageRule(
        name="import.keras-minor",
        raises=r"No module named 'tensorflow\.python\.(trackable|training\.tracking|distribute\.input_lib\.)"
        r"|Symbol \w+ is already exposed"
        r"|cannot import name '\w+' from 'tensorflow\.python|module 'tensorflow\.\S+' has no attribute '__internal__'"
        r"|cannot import name 'dtensor'|tf_export\.SymbolAlreadyExposedError",
        facts=(
            "packages.keras.version",
            "packages.keras",
            "packages.keras.*",
            "packages.keras-nightly",
            "packages.tensorflow.version",
        ),
        mechanism="keras calls what only the TensorFlow of its own minor version has, and registers names that this "
        "TensorFlow has already",
        source=f"https://github.com/CosmoStat/wf-psf/issues/95 (the same of tensorflow-addons); {SEEN}",
        remedy="pip install 'keras==2.9.0'",
        is_callers=True,
    ),
    BreakageRule(
        name="import.keras-3",
        raises=r"No module named 'keras\.(src|api|ops)|`tf\.keras` .*Keras 3|Keras 3 .* not (yet )?supported"
        r"|No module named 'optree'",
        facts=("packages.keras.version", "packages.keras", "packages.keras.*"),
        mechanism="Keras 3 is another library under the same name, which TensorFlow before 2.16 cannot load",
        source="https://keras.io/getting_started/#tensorflow--keras-2-backwards-compatibility",
        remedy="pip install 'keras==2.9.0'",
    ),
    BreakageRule(
        name="import.h5py",
        raises=r"h5py is running against HDF5|h5py\.\w+.*(undefined symbol|size changed)|No module named 'h5py\.",
        facts=("packages.h5py.version", "packages.h5py", "packages.h5py.*", "integrity.h5py"),
        mechanism="h5py was built for another numpy or another HDF5 library than it finds",
        source="https://docs.h5py.org/en/stable/whatsnew/",
        remedy="pip install --force-reinstall --no-deps 'h5py>=2.9,<3.15'",
    ),
    BreakageRule(
        name="import.flatbuffers",
        raises=r"flatbuffers\b.*(has no attribute|cannot import|No module)|No module named 'imp'.*flatbuffers"
        r"|flatbuffers/compat\.py",
        facts=("packages.flatbuffers.version", "packages.flatbuffers", "packages.flatbuffers.*"),
        mechanism="the flatbuffers that is installed has not what its caller was generated for",
        source="https://github.com/tensorflow/tensorflow/blob/v2.9.0/tensorflow/tools/pip_package/setup.py",
        remedy="pip install 'flatbuffers>=1.12,<2'",
    ),
    BreakageRule(
        name="import.pkg-resources",
        raises=r"No module named 'pkg_resources'|No module named 'distutils'",
        facts=("packages.setuptools.version", "packages.setuptools", "packages.setuptools.*", "python.version"),
        mechanism="newer setuptools has no pkg_resources, and Python from 3.12 on no distutils",
        source="https://setuptools.pypa.io/en/latest/history.html; https://peps.python.org/pep-0632/",
        remedy="pip install 'setuptools<81'",
    ),
    BreakageRule(
        name="install.python",
        raises=r"No matching distribution found for tensorflow"
        r"|Could not find a version that satisfies the requirement tensorflow",
        facts=("python.version",),
        mechanism="TensorFlow 2.9 has wheels for Python 3.7 to 3.10 on x86-64; pip does not see those of other versions",
        source="https://pypi.org/project/tensorflow/2.9.0/#files",
        remedy="use Python 3.8 to 3.10, or the standard image",
        is_command=False,
    ),
    BreakageRule(
        name="start.temporary",
        raises=r"No usable temporary directory",
        facts=("container.read_only", "environment.TMPDIR", "environment.TEMP", "environment.TMP"),
        mechanism="no folder for temporary files can be written",
        source=f"https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir; {SEEN}",
        remedy="give the container `--tmpfs /tmp`",
        is_command=False,
    ),
    BreakageRule(
        name="start.avx",
        raises=r"compiled to use (\w+) instructions|Illegal instruction",
        facts=("cpu.isa", "cpu.model", "cpu.dispatch"),
        mechanism="the wheels of TensorFlow need AVX, and this CPU, or the emulator, has none",
        source=f"https://www.tensorflow.org/install/pip#hardware-requirements; {SEEN}",
        remedy="run on a CPU with AVX, or install a build without it",
        is_command=False,
    ),
    BreakageRule(
        name="start.threads",
        raises=r"can't start new thread|pthread_create failed|Resource temporarily unavailable",
        facts=("container.limits.pids", "container.limits.ulimits.nproc", "system.limits.processes"),
        mechanism="the limit on processes and threads is reached: TensorFlow starts several for each CPU",
        source="https://docs.docker.com/reference/cli/docker/container/run/#pids-limit",
        remedy="start the container with a higher --pids-limit",
        is_command=False,
    ),
    BreakageRule(
        name="gpu.library-missing",
        raises=r"Could not load dynamic library '(lib(cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|cudnn)[^']*)'",
        facts=("cuda.*", "container.gpus", "environment.LD_LIBRARY_PATH"),
        mechanism="the CUDA libraries of this TensorFlow build (11.2, cuDNN 8.1) are not where the loader looks: a CPU image, or "
        "libraries of another version",
        source="https://www.tensorflow.org/install/source#gpu",
        remedy="use the -gpu image, tensorflow/tensorflow:2.9.0-gpu",
        is_command=False,
    ),
    BreakageRule(
        name="gpu.stub-driver",
        raises=r"CUDA_ERROR_STUB_LIBRARY|libcuda\.so.*stub|stub library",
        facts=("cuda.diagnosis.*", "environment.LD_LIBRARY_PATH"),
        mechanism="the libcuda.so that is found first is the stub for building, not the driver's",
        source="https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TYPES.html (CUDA_ERROR_STUB_LIBRARY)",
        remedy="take the folder `stubs` out of LD_LIBRARY_PATH",
        is_command=False,
    ),
    BreakageRule(
        name="gpu.driver-too-old",
        raises=r"CUDA driver version is insufficient|CUDA_ERROR_(SYSTEM_DRIVER_MISMATCH|COMPAT_NOT_SUPPORTED)"
        r"|forward compatibility was attempted",
        facts=("gpu.driver", "gpu.driver_cuda"),
        mechanism="the driver of the host is older than the CUDA libraries in the image need",
        source="https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/ (CUDA 11.x needs a driver of at least 450.80.02)",
        remedy="update the host's NVIDIA driver, or use an image with an older CUDA",
        is_command=False,
    ),
    BreakageRule(
        name="gpu.none-visible",
        raises=r"CUDA_ERROR_NO_DEVICE|no CUDA-capable device is detected|Could not load dynamic library 'libcuda\.so",
        facts=("container.gpus", "gpu.count", "environment.CUDA_VISIBLE_DEVICES", "environment.NVIDIA_VISIBLE_DEVICES"),
        mechanism="no GPU was given to the container, or a variable hides it",
        source="https://docs.docker.com/engine/containers/gpu/",
        remedy="start the container with --gpus all",
        is_command=False,
    ),
)
MISSING = (
    BreakageRule(
        name="import.module-missing",
        raises=r"^ModuleNotFoundError: No module named '(?P<module>\w+)'$",
        facts=("packages.{module}",),
        mechanism="no package that is installed has this module: it was left out, removed, or only half removed",
        source="https://docs.python.org/3/library/exceptions.html#ModuleNotFoundError",
        remedy="install the package that has it, in the baseline's version",
        is_command=False,
    ),
    BreakageRule(
        name="import.part-missing",
        raises=r"^(ModuleNotFoundError: No module named|"
        r"ImportError: cannot import name '\w+' from(?: partially initialized module)?) '(?P<module>\w+)[.']",
        facts=("integrity.{module}",),
        mechanism="the package is there and a part of it is not: a file is gone, or it is of another version than its caller "
        "expects",
        source="https://docs.python.org/3/library/exceptions.html#ImportError",
        remedy="install the package again, in the baseline's version",
        is_command=False,
    ),
)
"""What says no more than what is missing: only where nothing above has been raised, and no fact is known."""
