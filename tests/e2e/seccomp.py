"""Makes the kernel refuse one system call to a program."""
import ctypes
import errno
import os
import struct

_NUMBERS = {"x86_64": {"signalfd4": 289, "eventfd2": 290, "clone3": 435},
            "aarch64": {"signalfd4": 74, "eventfd2": 19, "clone3": 435}}
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM


def number_of(call):
    """None where it is not known."""
    return _NUMBERS.get(os.uname().machine, {}).get(call)


def refuse(number):
    """For the child, before it runs the program."""
    program = b"".join((struct.pack("<HBBI", 0x20, 0, 0, 0),         # load the number of the call
                        struct.pack("<HBBI", 0x15, 0, 1, number),    # is it this one?
                        struct.pack("<HBBI", 0x06, 0, 0, _REFUSE),
                        struct.pack("<HBBI", 0x06, 0, 0, _ALLOW)))
    code = ctypes.create_string_buffer(program, len(program))
    filters = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SECCOMP, _FILTER, ctypes.byref(filters), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
