"""Links in user space: frames read from one tun or tap device are written to another, after a delay.

Stands in for netem, which many kernels lack, and gives the lab links without Ethernet headers.
"""
import fcntl
import heapq
import os
import select
import struct
import subprocess
import sys
import time

from namespaces import die_with_parent, entered

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000


def open_device(namespace, name, kind):
    """Makes a tun or tap device in a namespace; it lives as long as the descriptor returned."""
    with entered(namespace):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        flags = (IFF_TUN if kind == "tun" else IFF_TAP) | IFF_NO_PI
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    return descriptor


def start(pairs):
    """Starts the forwarder for [(near descriptor, far descriptor, delay in seconds, whether far's frames come twice)]."""
    descriptors = [descriptor for near, far, *_ in pairs for descriptor in (near, far)]
    arguments = [f"{near}:{far}:{delay}:{int(twice)}" for near, far, delay, twice in pairs]
    return subprocess.Popen([sys.executable, os.path.abspath(__file__), *arguments], pass_fds=descriptors,
                            stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)


def forward(pairs):
    """Forwards forever. Frames of one direction of a link keep their order."""
    routes = {}
    for near, far, delay, twice in pairs:
        routes[near] = (far, delay, 1)
        routes[far] = (near, delay, 2 if twice else 1)
    due = []
    count = 0
    while True:
        now = time.monotonic()
        while due and due[0][0] <= now:
            _, _, descriptor, frame = heapq.heappop(due)
            try:
                os.write(descriptor, frame)
            except OSError:
                pass  # The device is down or its queue is full: the frame is lost, as on a wire.
        wait = max(0.0, due[0][0] - time.monotonic()) if due else None
        for descriptor in select.select(routes, [], [], wait)[0]:
            other, delay, copies = routes[descriptor]
            try:
                while True:
                    frame = os.read(descriptor, 65536)
                    for _ in range(copies):
                        count += 1
                        heapq.heappush(due, (time.monotonic() + delay, count, other, frame))
            except OSError:
                pass


if __name__ == "__main__":
    forward([(int(near), int(far), float(delay), twice == "1")
             for near, far, delay, twice in (argument.split(":") for argument in sys.argv[1:])])
