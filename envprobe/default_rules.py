"""The default policy, rule by rule: quiet where a difference is harmless, and with the measurement that says so.

"measured": a seeded run on TensorFlow 2.9.0 was repeated with one thing changed, and its digests compared; the rows are in
docs/policy.md. "153" are the digests of the short run, "identical" means all 477 of the long one.
"""

RULES = {
    # -- python: the minor version decides wheels, ABI and the standard library
    "python.*": "note",
    "python.version": "fail",
    "python.version@micro": "warn",
    "python.implementation": "fail",
    "python.abi": "fail",
    "python.flags": "warn",
    "python.pth.*": "warn",  # code or import paths at every start
    "python.sitecustomize": "warn",
    "python.usercustomize": "warn",
    "python.finders": "fail",  # they answer in the place of import
    "python.archives": "fail",  # code that stands in for the files of a folder
    # compiler, build, kind: 3.8, 3.9 and 3.10 built by three parties: identical (measured)
    # path, user_site: what their order changes shows as a shadowed package, a module or another version
    # -- packages, as import resolves them
    "packages.*": "fail",
    "packages.*@added": "warn",  # changes nothing until it is imported
    "packages.*.installer": "note",
    "packages.*.place": "warn",
    "packages.*.url": "note",  # a mirror serves the same file; its digest, its version and its RECORD tell
    "packages.*.code": "warn",  # a working copy is there to be edited
    "packages.*.data": "warn",
    "packages.pip": "note",
    "packages.pip.*": "note",
    "packages.setuptools": "note",
    "packages.setuptools.*": "note",
    "packages.wheel": "note",
    "packages.wheel.*": "note",
    "packages.envprobe-ml": "note",  # the instrument itself
    "packages.envprobe-ml.*": "note",
    "modules.*": "warn",
    "integrity.*": "fail",
    "integrity.pip": "warn",
    "integrity.setuptools": "warn",
    "integrity.wheel": "warn",
    "unlisted.*": "warn",
    "stdlib.*": "fail",
    # one version has other bytes from each who builds it, and after each security update; three parties': identical (measured)
    "stdlib.interpreter": "warn",
    # -- the operating system
    "system.*": "warn",
    "system.architecture": "fail",  # other wheels altogether
    "system.ld_so_preload": "fail",  # in every process, before everything else
    "system.kernel": "note",
    "ospackages.*": "note",
    "ospackages.conda:*": "warn",  # its libraries stand in for those of the system
    # glibc 2.31 or 2.36: identical; but its libm picks other variants by CPU: np.pow64, sin64, math (measured)
    "ospackages.libc6": "warn",
    "ospackages.libc6:*": "warn",
    "ospackages.glibc": "warn",
    "ospackages.musl": "warn",
    "ospackages.libstdc++6*": "warn",
    "ospackages.libstdc++": "warn",
    "ospackages.libgomp": "warn",
    "ospackages.libgomp1*": "warn",
    "ospackages.libgfortran[0-9]*": "warn",
    "ospackages.libblas[0-9]*": "warn",
    "ospackages.liblapack[0-9]*": "warn",
    "ospackages.*openblas*": "warn",
    "ospackages.libatlas[0-9]*": "warn",
    "ospackages.libmkl*": "warn",
    "ospackages.intel-*mkl*": "warn",
    "ospackages.libcublas*": "warn",
    "ospackages.libcudnn*": "warn",
    "ospackages.libnccl*": "warn",
    "ospackages.cuda-*": "warn",
    # -- the processor
    "cpu.*": "note",
    "cpu.dispatch": "warn",  # oneDNN ISA: first forward layer; numpy dispatch: 4 digests (measured)
    "cpu.affinity": "warn",  # 1 CPU instead of 2: 56 of 153 digests (measured)
    "cpu.quota": "warn",
    "cpu.caches": "warn",  # Eigen blocks by cache size: matmul, conv, orthogonal init with oneDNN off (measured)
    # vendor and model: emulated EPYC-Rome and Haswell of one dispatch class: identical (measured)
    # -- the graphics processor
    "gpu.*": "note",
    "gpu.count": "fail",
    "gpu.*.compute_capability": "fail",  # cuDNN promises no equal bits across architectures
    "gpu.*.name": "warn",  # cuBLAS: equal bits need the same number of multiprocessors
    "gpu.*.mig": "warn",
    "gpu.driver": "warn",  # compiles PTX for architectures that the wheel has no code for
    "gpu.driver@minor": "note",  # the same branch: 470.82 and 470.103
    "gpu.driver@micro": "note",
    # -- CUDA, cuDNN, NCCL
    "cuda.*": "warn",
    "cuda.built.*": "fail",
    "cuda.loaded.*": "fail",
    "cuda.nvcc": "note",  # the toolkit on PATH is not the one that a framework loads
    "cuda.diagnosis.*": "fail",
    # -- numeric switches in effect
    "numerics.*": "fail",
    "numerics.diagnosis.*": "warn",  # a variable that asks for what is not in effect
    "numerics.diagnosis.framework": "fail",  # it does not run at all
    # These follow from the CPU unless a variable below sets them, and then that variable fails.
    "numerics.intra_threads": "warn",  # 2 canaries with oneDNN on (measured)
    "numerics.inter_threads": "note",  # identical (measured)
    "numerics.bfloat16.*": "warn",  # concerns those who compute in it; older CPUs do not
    "numerics.onednn_threads": "warn",  # the affinity count, seen by oneDNN
    "numerics.blas": "warn",  # np.dot32 and np.svd alone (measured)
    "numerics.numpy_simd": "warn",  # np.tanh32, exp64 and sin64 alone (measured)
    # -- variables by allow-list: what they change shows in numerics, gpu and cuda too
    "environment.*": "warn",
    # measured to move bits
    "environment.TF_ENABLE_ONEDNN_OPTS": "fail",  # 58 of 153 digests
    "environment.DNNL_MAX_CPU_ISA": "fail",  # 49 to 73 of 153
    "environment.ONEDNN_MAX_CPU_ISA": "fail",
    "environment.TF_DETERMINISTIC_OPS": "fail",  # 37 of 153, the bits of enable_op_determinism()
    "environment.TF_XLA_FLAGS": "fail",  # 61 of 153
    "environment.TF_NUM_INTRAOP_THREADS": "fail",  # all gradients with oneDNN off
    "environment.OPENBLAS_CORETYPE": "fail",  # np.dot32, np.svd
    "environment.NPY_DISABLE_CPU_FEATURES": "fail",  # np.tanh32, exp64, sin64
    "environment.NPY_ENABLE_CPU_FEATURES": "fail",
    "environment.GLIBC_TUNABLES": "fail",  # np.pow64, sin64, math
    "environment.*_NUM_THREADS": "fail",  # OMP, OPENBLAS: numpy dot on 200x300
    # documented to choose precision, kernel or order of a sum
    "environment.NVIDIA_TF32_OVERRIDE": "fail",
    "environment.TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "fail",
    "environment.CUBLAS_WORKSPACE_CONFIG": "fail",
    "environment.XLA_FLAGS": "fail",
    "environment.TF_FUNCTION_JIT_COMPILE_DEFAULT": "fail",
    "environment.TF_JIT_COMPILE_REWRITE": "fail",
    "environment.TF_*AUTO_MIXED_PRECISION*": "fail",
    "environment.TF_SET_ONEDNN_FPMATH_MODE": "fail",
    "environment.TF_ENABLE_*_TENSOR_OP_MATH_FP32": "fail",
    "environment.TF_FP16_*_USE_FP32_COMPUTE": "fail",
    "environment.TF_CONV2D_USE_FP16_ACCUMULATE": "fail",
    "environment.TF_CUDNN_DETERMINISTIC": "fail",
    "environment.TF_CUDNN_*AUTOTUNE": "fail",
    "environment.TF_USE_DEFAULT_CONV_ALGO": "fail",
    "environment.TF_ENABLE_WINOGRAD_NONFUSED": "fail",
    "environment.TF_MATMUL_AUTOTUNE_ENABLE": "fail",
    "environment.TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT": "fail",
    "environment.TF_USE_DETERMINISTIC_SEGMENT_REDUCTIONS": "fail",
    "environment.TF_DISABLE_*_DETERMINISM_EXCEPTIONS": "fail",
    "environment.MKL_CBWR": "fail",
    "environment.MKL_ENABLE_INSTRUCTIONS": "fail",
    "environment.MKL_DEBUG_CPU_TYPE": "fail",
    "environment.KMP_DETERMINISTIC_REDUCTION": "fail",
    "environment.KMP_FORCE_REDUCTION": "fail",
    "environment.KMP_LIBRARY": "fail",  # `serial`: one thread, other bits in a parallel sum (measured)
    "environment.KMP_DEVICE_THREAD_LIMIT": "fail",  # 1 of 2 threads: other bits in a parallel sum (measured)
    "environment.KMP_ALL_THREADS": "fail",  # its old name
    "environment.*OMP_*THREAD_LIMIT": "fail",
    "environment.KMP_TEAMS_THREAD_LIMIT": "fail",
    "environment.OMP_NUM_TEAMS": "fail",
    "environment.KMP_INHERIT_FP_CONTROL": "fail",
    "environment.MKL_VML_MODE": "fail",
    "environment.PYTORCH_TUNABLEOP_*": "fail",
    "environment.PYTORCH_NVFUSER_DISABLE_F*": "fail",
    "environment.BLIS_ARCH_TYPE": "fail",
    "environment.ATEN_CPU_CAPABILITY": "fail",
    "environment.JAX_ENABLE_X64": "fail",
    "environment.JAX_DEFAULT_*": "fail",
    "environment.JAX_DEFAULT_DEVICE": "warn",
    "environment.JAX_*PRNG*": "fail",
    "environment.JAX_RANDOM_SEED_OFFSET": "fail",
    "environment.JAX_THREEFRY_PARTITIONABLE": "fail",
    "environment.JAX_ALLOW_F16_REDUCTIONS": "fail",
    "environment.JAX_NUMPY_DTYPE_PROMOTION": "fail",
    "environment.KERAS_FLOATX": "fail",
    "environment.KERAS_MAX_*": "fail",  # it cuts every training short
    "environment.KERAS_BACKEND": "fail",
    "environment.TF_USE_LEGACY_KERAS": "fail",
    # measured: identical
    "environment.TF_NUM_INTEROP_THREADS": "note",
    "environment.TF_DISABLE_MKL": "note",
    "environment.TF_ENABLE_MKL_NATIVE_FORMAT": "note",
    "environment.MALLOC_*": "note",
    # PYTHONHASHSEED: identical too, but a program that iterates over sets is not this benchmark: stays a warning
    # speaks of what is to be installed or of the image, not of what is there
    "environment.PIP_*": "note",
    "environment.UV_*": "note",
    "environment.NVIDIA_REQUIRE_CUDA": "note",
    # -- code and data
    "code.*": "warn",
    "code.branch": "note",  # a name; the commit counts
    "data.*": "fail",
    # -- the image and the container, seen from outside
    "image.*": "note",
    "image.id": "fail",
    "image.platform": "fail",
    "image.floating": "fail",
    "container.*": "note",
    "container.changes": "warn",
    "container.mounted_over": "warn",
    "container.limits.*": "warn",
    "container.limits.memory_bytes": "note",  # 512 MB to 250 MB: identical, only slower (measured)
    "container.limits.pids": "note",
    "container.gpus": "warn",
    # mounts: most bring data and code in; what one over site-packages changes shows in packages, integrity and modules
    # -- what was computed
    "trace": "fail",
    "trace.*": "fail",
    "trace.equivalent": "warn",  # other bits, by rounding alone at every stage and step
    # -- what was run: another command or seed explains other outputs, and may leave the same ones
    "run.*": "warn",
    "run.exit_status": "fail",
    "outputs": "fail",
    "outputs.*": "fail",
}
"""`GLOB`, `GLOB@KIND` or `GLOB@MAGNITUDE` to severity; policy.Policy says which of several rules wins."""
