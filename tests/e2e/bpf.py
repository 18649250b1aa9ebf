"""Erases the socket hash of packets that arrive on a device.

Packets of kernel sockets carry the socket's hash across veth, and the router then balances by it instead of by the
ports. No wire carries it. Three BPF instructions at the ingress of the first routers erase it, so that real sockets
go where their ports say, as they do outside a lab.
"""
import contextlib
import ctypes
import os
import struct
import subprocess
import tempfile

from namespaces import CommandError, in_namespace, run

_SYS_BPF = {"x86_64": 321, "aarch64": 280}
_PROG_LOAD, _OBJ_PIN = 5, 6
_PROG_TYPE_SCHED_CLS = 3
_SET_HASH_INVALID = 41
_PROGRAM = (struct.pack("<BBhi", 0x85, 0, 0, _SET_HASH_INVALID)  # call bpf_set_hash_invalid(context)
            + struct.pack("<BBhi", 0xB7, 0, 0, 0)                # r0 = TC_ACT_OK
            + struct.pack("<BBhi", 0x95, 0, 0, 0))               # exit
_libc = ctypes.CDLL(None, use_errno=True)


def _bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, 128)
    result = _libc.syscall(_SYS_BPF[os.uname().machine], command, buffer, 128)
    if result < 0:
        raise OSError(ctypes.get_errno(), "bpf: " + os.strerror(ctypes.get_errno()))
    return result


def erase_socket_hash(namespace, device):
    """Raises OSError or CommandError where the kernel does not permit it."""
    instructions = ctypes.create_string_buffer(_PROGRAM, len(_PROGRAM))
    licence = ctypes.create_string_buffer(b"GPL")
    program = _bpf(_PROG_LOAD, struct.pack("<IIQQ", _PROG_TYPE_SCHED_CLS, len(_PROGRAM) // 8,
                                           ctypes.addressof(instructions), ctypes.addressof(licence)))
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(os.close, program)
        folder = tempfile.mkdtemp(prefix="etr-lab-bpf-")
        cleanup.callback(os.rmdir, folder)
        run(["mount", "-t", "bpf", "bpf", folder])
        cleanup.callback(subprocess.run, ["umount", folder], check=True)
        pin = f"{folder}/erase"
        path = ctypes.create_string_buffer(pin.encode())
        _bpf(_OBJ_PIN, struct.pack("<QI", ctypes.addressof(path), program))
        cleanup.callback(os.unlink, pin)
        for arguments in (["qdisc", "add", "dev", device, "clsact"],
                          ["filter", "add", "dev", device, "ingress", "bpf", "direct-action", "object-pinned", pin]):
            # Not `ip netns exec`: that mounts over /sys, but our folder stays; the mount is seen there too.
            run(in_namespace(namespace, ["tc", *arguments]))


def why_impossible(namespace, device):
    """None if it was done, else the reason."""
    try:
        erase_socket_hash(namespace, device)
    except (OSError, KeyError, CommandError) as error:
        return f"the socket hash cannot be erased here: {error}"
    return None
