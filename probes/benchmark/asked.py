"""Switches that were asked for and are not in effect: a variable that is set and does nothing is a finding, not a comfort."""

import re

FALSE = ("0", "false", "")
# oneDNN's names for a cap, and the words that its verbose output has for what it then dispatches to.
ISA_WORDS = {"SSE41": "SSE4.1", "AVX": "AVX", "AVX2": "AVX2", "AVX2_VNNI": "AVX2", "AVX512_CORE": "AVX-512"}
WIDTHS = ("SSE4.1", "AVX", "AVX2", "AVX-512")


def not_in_effect(environ, known):
    """Return {variable: finding} for what was asked for in `environ` and is not so in the facts in effect."""
    findings = {}
    for variable, check in sorted(CHECKS.items()):
        if variable in environ:
            finding = check(environ[variable], known)
            if finding:
                findings[variable] = finding
    return findings


def _onednn(value, known):
    asked = value.lower() not in FALSE
    if known.get("onednn", asked) != asked:
        return "asks for oneDNN %s, and it is not: this build decides otherwise" % ("on" if asked else "off")
    return ""


def _isa_cap(value, known):
    cap, found = ISA_WORDS.get(value.upper()), known.get("onednn_isa")
    if value.upper() in ("ALL", "DEFAULT") or found is None:
        return ""
    if cap is None:
        return "oneDNN ignores the unknown value %r, and dispatches to: %s" % (value[:40], found)
    if _width(found) > _width(cap):
        return "asks for at most %s, and oneDNN dispatches to: %s" % (cap, found)
    return ""


def _width(text):
    """Return the rank of the widest instruction set that a text of oneDNN's names."""
    words = set(re.findall(r"SSE4\.1|AVX-512|AVX2|AVX\b", text))
    return max([WIDTHS.index(word) for word in words] or [0])


def _determinism(value, known):
    if value.lower() not in FALSE and known.get("op_determinism") is False:
        return "asks for deterministic operations, and the runtime does not require them"
    return ""


def _xla(value, known):
    if re.search(r"tf_xla_auto_jit=[12]\b", value) and known.get("xla") is False:
        return "asks for XLA clusters, and none was built: on a CPU it also needs --tf_xla_cpu_global_jit"
    return ""


def _tf32(value, known):
    if value == "0" and known.get("tf32") is True:
        return "turns TF32 off, and a product on the GPU is rounded to it"
    return ""


CHECKS = {
    "TF_ENABLE_ONEDNN_OPTS": _onednn,
    "ONEDNN_MAX_CPU_ISA": _isa_cap,
    "DNNL_MAX_CPU_ISA": _isa_cap,
    "TF_DETERMINISTIC_OPS": _determinism,
    "TF_XLA_FLAGS": _xla,
    "NVIDIA_TF32_OVERRIDE": _tf32,
}
