"""Whether there is an NVIDIA driver or device to talk to, from the file system alone.

As root the real NVML and nvidia-smi create /dev/nvidiactl where there is none (seen with 535.261), so they are called only after
one of these says yes.
"""

DRIVER = "/proc/driver/nvidia"
WSL = "/dev/dxg"
NO_DEVICE = ("", "void", "none")  # of NVIDIA_VISIBLE_DEVICES, as nvidia-container-toolkit reads it


def has_driver(host):
    """Tell whether the kernel's driver is loaded; a container sees that of its host, whether or not a GPU was passed in."""
    return host.exists(DRIVER)


def has_device(host):
    """Tell whether a device is here to be opened: this container or process may use a GPU."""
    if host.exists(WSL) and host.exists("/usr/lib/wsl/lib/libnvidia-ml.so.1"):
        return True
    return any(name.startswith("nvidia") and name[len("nvidia") :].isdigit() for name in host.listdir("/dev"))


def has_control_node(host):
    """Tell whether /dev/nvidiactl is there, which a library may have made without any driver."""
    return host.exists("/dev/nvidiactl")


def is_requested(host):
    """Tell whether whoever started this container asked for a GPU.

    NVIDIA's CUDA base images set the variable to `all` themselves, whatever was asked for: it counts as a request all the same.
    """
    return host.environ.get("NVIDIA_VISIBLE_DEVICES", "").strip() not in NO_DEVICE


def smi_paths(host):
    """Return where nvidia-smi lies on PATH."""
    folders = host.environ.get("PATH", "").split(":") + ["/usr/lib/wsl/lib"]
    return [folder + "/nvidia-smi" for folder in folders if folder and host.exists(folder + "/nvidia-smi")]
