"""Which instruction set a numeric library would dispatch on: the flags that matter, and the class that they make."""

# Flags of /proc/cpuinfo that oneDNN, OpenBLAS, MKL, Eigen or NumPy test at run time; the others change no result.
X86_FLAGS = (
    "pni",
    "ssse3",
    "sse4_1",
    "sse4_2",
    "popcnt",
    "avx",
    "f16c",
    "fma",
    "fma4",
    "xop",
    "avx2",
    "avx_vnni",
    "avx_vnni_int8",
    "avx_ne_convert",
    "avx_ifma",
    "avx512f",
    "avx512cd",
    "avx512er",
    "avx512pf",
    "avx512bw",
    "avx512dq",
    "avx512vl",
    "avx512ifma",
    "avx512vbmi",
    "avx512_vbmi2",
    "avx512_vnni",
    "avx512_bitalg",
    "avx512_vpopcntdq",
    "avx512_4vnniw",
    "avx512_4fmaps",
    "avx512_bf16",
    "avx512_fp16",
    "avx512_vp2intersect",
    "amx_tile",
    "amx_int8",
    "amx_bf16",
    "amx_fp16",
    "amx_complex",
    "avx10",
    "avx10_1",
    "avx10_2",
)
ARM_FLAGS = (
    "neon",
    "vfpv4",
    "asimd",
    "fphp",
    "asimdhp",
    "asimdrdm",
    "asimddp",
    "asimdfhm",
    "fcma",
    "sve",
    "sve2",
    "svebf16",
    "svei8mm",
    "svef32mm",
    "svef64mm",
    "bf16",
    "i8mm",
    "ebf16",
    "sme",
    "sme2",
    "smef32f32",
)
CPUINFO_FLAGS = {"flags": ("x86_64", "i686"), "Features": ("aarch64", "armv7l")}
"""Which field of /proc/cpuinfo lists the instruction sets of which machine."""
FLAGS = {"x86_64": X86_FLAGS, "i686": X86_FLAGS, "aarch64": ARM_FLAGS, "armv7l": ARM_FLAGS}

# oneDNN's own classes (cpu_isa_traits.hpp, mayiuse), weakest first: a class holds what the one named in it holds, and more.
# NumPy's and OpenBLAS's borders fall on the same lines: SSE4.1, AVX, AVX2 + FMA, AVX-512 (Skylake-X), BF16 (Cooper Lake).
X86_CLASSES = (
    ("sse41", ("sse4_1",)),
    ("avx", ("sse4_1", "avx")),
    ("avx2", ("avx", "avx2", "fma")),
    ("avx2_vnni", ("avx2", "fma", "avx_vnni")),
    ("avx2_vnni_2", ("avx2", "fma", "avx_vnni", "avx_vnni_int8", "avx_ne_convert")),
    ("avx512_core", ("avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl")),
    ("avx512_core_vnni", ("avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni")),
    ("avx512_core_bf16", ("avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16")),
    (
        "avx512_core_fp16",
        ("avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    ),
    (
        "avx512_core_amx",
        (
            "avx2",
            "fma",
            "avx512f",
            "avx512bw",
            "avx512dq",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "amx_tile",
            "amx_int8",
            "amx_bf16",
        ),
    ),
    (
        "avx512_core_amx_fp16",
        (
            "avx2",
            "fma",
            "avx512f",
            "avx512bw",
            "avx512dq",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "amx_tile",
            "amx_int8",
            "amx_bf16",
            "amx_fp16",
        ),
    ),
)


def foreign(machine, lists):
    """Return why /proc/cpuinfo says nothing of this machine, by the names of the lists in it; empty where they are its own.

    An emulator (QEMU, Docker on Apple silicon) runs the programs of one family of processors and shows the list of another:
    which instructions it offers is not in there.
    """
    machines = [name for listed in lists for name in CPUINFO_FLAGS.get(listed, ())]
    if not machines or machine in machines or machine not in FLAGS:
        return ""
    return (
        "an emulator runs this: programs are for %s, and /proc/cpuinfo lists the processor of an %s machine, "
        "so which instructions there are is not known; use an image that is built for the machine" % (machine, machines[0])
    )


def numeric_flags(machine, flags):
    """Return the flags that numeric libraries test, sorted."""
    return sorted(set(FLAGS.get(machine, ())) & set(flags))


def dispatch_class(machine, flags, vector_bytes=0):
    """Return the class that oneDNN would dispatch on, `x86-64:avx512_core_bf16` or `aarch64:sve_256`.

    `vector_bytes` is the length of an SVE register, which no flag tells; 0 is not known. An architecture without a rule
    here is its own class.
    """
    if machine in ("x86_64", "i686"):
        name = "sse2"
        for candidate, needed in X86_CLASSES:
            if set(needed) <= set(flags):
                name = candidate
        return "x86-64:" + name
    if machine == "aarch64":
        return "aarch64:" + _arm_class(flags, vector_bytes)
    return machine


def _arm_class(flags, vector_bytes):
    if "sve" not in flags:
        return "asimd"
    name = "sve_%d" % (vector_bytes * 8) if vector_bytes else "sve"
    return name + "_bf16" if "svebf16" in flags else name
