"""Network namespaces: making, entering, configuring and removing them.

Every namespace made here is called etr<pid>-<label>-<node>, so that the namespaces of a killed run can be told
from what is in use, and `sweep` removes it.
"""
import contextlib
import ctypes
import ctypes.util
import os
import re
import shutil
import signal
import subprocess

RUN_NETNS = "/run/netns"
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
_OURS = re.compile(r"^etr(\d+)-")
_libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)


class CommandError(Exception):
    """A system tool failed; the text names it and the reason."""


def run(command, stdin=None):
    """Runs a command to its end and returns its standard output."""
    done = subprocess.run(command, input=stdin, text=True, capture_output=True)
    if done.returncode != 0:
        raise CommandError(f"{' '.join(command)}: {done.stderr.strip()}\n{stdin or ''}")
    return done.stdout


def ip_batch(lines, namespace=None, options=()):
    """Runs many `ip` commands in one process."""
    if not lines:
        return ""
    where = ["-n", namespace] if namespace else []
    return run(["ip", *where, *options, "-batch", "-"], "\n".join(lines) + "\n")


def _setns(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns: " + os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def entered(namespace):
    """Moves this thread into a namespace: sockets made and processes started here live there."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        other = os.open(f"{RUN_NETNS}/{namespace}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(other)
        finally:
            os.close(other)
        try:
            yield
        finally:
            _setns(own)
    finally:
        os.close(own)


def set_sysctls(namespace, values):
    """Writes sysctls, given as {"net/ipv4/ip_forward": 1}; one that this kernel lacks is skipped."""
    with entered(namespace):
        for path, value in values.items():
            with contextlib.suppress(FileNotFoundError):
                with open(f"/proc/sys/{path}", "w", encoding="ascii") as file:
                    file.write(str(value))


def die_with_parent():
    """For preexec_fn: ends a helper process with the run that started it."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def in_namespace(namespace, command):
    """The command line that runs `command` in a namespace, with the namespace's own /sys."""
    return ["ip", "netns", "exec", namespace, *command]


def remove(names):
    """Removes namespaces; a missing one is no error."""
    for name in names:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def sweep():
    """Removes the namespaces of runs that ended without cleaning up."""
    if not os.path.isdir(RUN_NETNS):
        return
    for name in os.listdir(RUN_NETNS):
        owner = _OURS.match(name)
        if owner and not os.path.exists(f"/proc/{owner.group(1)}"):
            remove([name])


def why_impossible():
    """None where namespaces can be created; otherwise the reason, for the user."""
    for tool in ("ip", "nft", "ethtool"):
        if shutil.which(tool) is None:
            return f"'{tool}' is not installed"
    probe = f"etr{os.getpid()}-probe"
    try:
        run(["ip", "netns", "add", probe])
        with entered(probe):
            pass
    except (CommandError, OSError) as error:
        return f"network namespaces are not permitted here: {str(error).strip().splitlines()[0]}"
    finally:
        remove([probe])
    return None
