"""Files of /etc that only the programs of one namespace see: `ip netns exec` mounts them over the host's."""
import contextlib
import os
import shutil

from topologies import SOURCE


@contextlib.contextmanager
def etc(network, files):
    """`files` maps names under /etc, which must exist there, to texts."""
    folder = f"/etc/netns/{network.namespace(SOURCE)}"
    os.makedirs(folder)
    try:
        for name, text in files.items():
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        yield
    finally:
        shutil.rmtree(folder)
        with contextlib.suppress(OSError):
            os.rmdir("/etc/netns")


def hosts(network, lines):
    """Names known from the hosts file alone."""
    return etc(network, {"hosts": "".join(f"{line}\n" for line in lines), "nsswitch.conf": "hosts: files\n"})
