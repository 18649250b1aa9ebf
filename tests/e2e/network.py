"""Network: a topology built from network namespaces, with what makes such a lab behave like a real network.

- Each router has a hash seed of its own, else nested diamonds polarise; hash policy 1 (5-tuple).
- No transmit checksum offload on the hosts, else captured and quoted checksums are partial.
- ICMP errors come from the interface the probe came in by; ICMP limits are off unless they are the subject.
- Neighbours are permanent, except the source's, which the program under test has to resolve.
"""
import contextlib
import os
import random
import socket
import subprocess
import threading

import forwarder
from namespaces import (CommandError, die_with_parent, entered, in_namespace, ip_batch, remove, run, set_sysctls,
                        sweep)
from topologies import SOURCE, TARGET, TOPOLOGIES

OPEN_TCP_PORT = 443
OPEN_UDP_PORT = 5353
FAMILIES = (4, 6)
_AF = {4: socket.AF_INET, 6: socket.AF_INET6}
_UNLIMITED = 1000000


class Network:
    """Use as a context manager; the namespaces are removed at its end, even after an exception."""

    _count = 0

    def __init__(self, topology, seed=None):
        self.topology = TOPOLOGIES[topology] if isinstance(topology, str) else topology
        self.seed = int(os.environ.get("ETR_LAB_SEED", "1")) if seed is None else seed
        Network._count += 1
        self._prefix = f"etr{os.getpid()}-{Network._count}-"
        self._cleanup = contextlib.ExitStack()

    def __enter__(self):
        sweep()
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._cleanup.close()

    # What is in it.

    def namespace(self, node):
        return self._prefix + node

    def target(self, family):
        return self.topology.address(TARGET, family)

    def source(self, family):
        return self.topology.address(SOURCE, family)

    # What can be done in it.

    def run(self, command, node=SOURCE, **options):
        """subprocess.run inside a node."""
        return subprocess.run(in_namespace(self.namespace(node), command), **options)

    def start(self, command, node=SOURCE, **options):
        """Starts a process inside a node; the caller ends it, or it ends with the network."""
        process = subprocess.Popen(in_namespace(self.namespace(node), command), preexec_fn=die_with_parent, **options)
        self._cleanup.callback(_end, process)
        return process

    def socket(self, node, *arguments):
        """A socket that lives in a node, whatever thread uses it."""
        with entered(self.namespace(node)):
            return self._cleanup.enter_context(socket.socket(*arguments))

    def nft(self, node, rules):
        run(in_namespace(self.namespace(node), ["nft", "-f", "-"]), rules)

    def darken(self, node):
        """The node drops every packet that reaches it, and so no longer replies."""
        self.nft(node, "table inet dark { chain in { type filter hook prerouting priority -300; drop; }; }\n")

    def lighten(self, node):
        self.nft(node, "delete table inet dark\n")

    def steer(self, node, neighbour):
        """From now on the node forwards everything for the target to one of its neighbours."""
        link = next(link for link in self.topology.out_of(node) if link.far == neighbour)
        ip_batch([f"route replace {self.target(family)}/{bits} via {link.address(neighbour, family)} "
                  f"dev {link.device(node)}" for family, bits in ((4, 32), (6, 128))], self.namespace(node))

    def remake(self, link):
        """Recreates a veth link whose devices were removed, and configures both of its ends."""
        ip_batch([self._veth(link)])
        for node in (link.near, link.far):
            self.restore(node)
            self._spare_no_checksum(node, link)

    def restore(self, node):
        """Restores a node's device state, addresses, neighbours and routes."""
        ip_batch([line.replace(" add ", " replace ", 1) for line in self._configuration(node)], self.namespace(node))

    def open_tcp(self, port=OPEN_TCP_PORT):
        """The target listens on a TCP port, both families."""
        listener = self.socket(TARGET, socket.AF_INET6, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("::", port))
        listener.listen(1024)
        return listener

    def answer_udp(self, port=OPEN_UDP_PORT, size=None):
        """The target answers each datagram to a UDP port, both families: echoes it, or sends `size` octets."""
        for family in FAMILIES:
            server = self.socket(TARGET, _AF[family], socket.SOCK_DGRAM)
            if family == 6:
                server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            server.bind((self.target(family), port))
            threading.Thread(target=_answer, args=(server, size), daemon=True).start()

    # How it is built.

    def _build(self):
        topology = self.topology
        seeds = random.Random(self.seed)
        self._cleanup.callback(remove, [self.namespace(node) for node in topology.nodes])
        ip_batch([f"netns add {self.namespace(node)}" for node in topology.nodes])
        for node in topology.nodes:
            set_sysctls(self.namespace(node), self._sysctls(node, seeds.randrange(1, 1 << 32)))
        self._make_links()
        for node in topology.nodes:
            ip_batch(self._configuration(node), self.namespace(node))
        self._spoil()
        for node in (SOURCE, TARGET):
            for link in topology.out_of(node) + topology.into(node):
                self._spare_no_checksum(node, link)
        with contextlib.suppress(CommandError):  # The first packet need not wait for a route cache.
            self.run(["ip", "route", "get", self.target(4)], capture_output=True, check=False)

    def _sysctls(self, node, seed):
        router = node not in (SOURCE, TARGET)
        values = {
            "net/ipv4/fib_multipath_hash_policy": 1,
            "net/ipv6/fib_multipath_hash_policy": 1,
            "net/ipv4/fib_multipath_hash_seed": seed,
            "net/ipv4/icmp_errors_use_inbound_ifaddr": 1,
            "net/ipv4/conf/all/rp_filter": 0,
            "net/ipv4/conf/default/rp_filter": 0,
            "net/ipv4/ip_forward": int(router),
            "net/ipv6/conf/all/forwarding": int(router),
            "net/ipv6/conf/default/forwarding": int(router),
        }
        for scope in ("all", "default"):
            values |= {f"net/ipv6/conf/{scope}/{name}": 0
                       for name in ("accept_dad", "dad_transmits", "accept_ra", "autoconf", "disable_ipv6")}
        if node not in self.topology.limited:
            values |= {"net/ipv4/icmp_ratelimit": 0, "net/ipv6/icmp/ratelimit": 0,
                       "net/ipv4/icmp_msgs_per_sec": _UNLIMITED, "net/ipv4/icmp_msgs_burst": _UNLIMITED}
        return values

    def _make_links(self):
        veths = []
        pairs = []
        for link in self.topology.links:
            if link.kind == "veth":
                veths.append(self._veth(link))
                continue
            ends = [forwarder.open_device(self.namespace(node), link.device(node), link.kind)
                    for node in (link.near, link.far)]
            for end in ends:
                self._cleanup.callback(os.close, end)
            pairs.append((*ends, link.delay, link.twice))
        ip_batch(veths)
        if pairs:
            self._cleanup.callback(_end, forwarder.start(pairs))

    def _veth(self, link):
        return (f"link add {link.device(link.near)} netns {self.namespace(link.near)} address "
                f"{link.mac(link.near)} type veth peer name {link.device(link.far)} netns "
                f"{self.namespace(link.far)} address {link.mac(link.far)}")

    def _spare_no_checksum(self, node, link):
        if node in (SOURCE, TARGET) and link.kind == "veth":
            run(in_namespace(self.namespace(node), ["ethtool", "-K", link.device(node), "tx", "off"]))

    def _configuration(self, node):
        """The `ip` commands that give a node its addresses, neighbours and routes."""
        topology = self.topology
        lines = ["link set lo up"]
        for link in topology.into(node) + topology.out_of(node):
            device = link.device(node)
            peer = link.far if node == link.near else link.near
            if link.kind == "tap":
                lines.append(f"link set {device} address {link.mac(node)}")
            lines.append(f"link set {device} up")
            for family, bits in ((4, 30), (6, 64)):
                lines.append(f"addr add {link.address(node, family)}/{bits} dev {device}"
                             + (" nodad" if family == 6 else ""))
                if link.kind != "tun" and node != SOURCE:
                    lines.append(f"neigh add {link.address(peer, family)} lladdr {link.mac(peer)} dev {device} "
                                 "nud permanent")
        for family, bits in ((4, 32), (6, 128)):
            ends = {end: topology.address(end, family) for end in (SOURCE, TARGET)}
            if node == TARGET or (node == SOURCE and len(topology.out_of(SOURCE)) > 1):
                lines.append(f"addr add {ends[node]}/{bits} dev lo" + (" nodad" if family == 6 else ""))
            if node != TARGET:
                hops = "".join(f" nexthop via {link.address(link.far, family)} dev {link.device(node)}"
                               for link in topology.out_of(node))
                lines.append(f"route add {ends[TARGET]}/{bits}"
                             + (f" src {ends[SOURCE]}" if node == SOURCE else "") + hops)
            if node != SOURCE and node not in [link.far for link in topology.out_of(SOURCE)
                                               if topology.address(SOURCE, 4) == link.address(SOURCE, 4)]:
                back = topology.into(node)[0]
                lines.append(f"route add {ends[SOURCE]}/{bits} via {back.address(back.near, family)} "
                             f"dev {back.device(node)}" + (f" src {ends[TARGET]}" if node == TARGET else ""))
        return lines

    def _spoil(self):
        for node in self.topology.silent:
            self.nft(node, "table inet silent { chain out { type filter hook output priority 0;\n"
                           "icmp type { time-exceeded, destination-unreachable } drop\n"
                           "icmpv6 type { time-exceeded, destination-unreachable } drop; }; }\n")
        for link in self.topology.links:
            if link.loss:
                self.nft(link.far, f"table netdev loss {{ chain in {{ type filter hook ingress device "
                                   f"\"{link.device(link.far)}\" priority 0;\n"
                                   f"meta l4proto {{ tcp, udp }} numgen random mod 100 < {link.loss} drop; }}; }}\n")


def _answer(server, size):
    while True:
        try:
            payload, peer = server.recvfrom(65536)
            server.sendto(payload if size is None else bytes(size), peer)
        except OSError:
            if server.fileno() < 0:
                return


def _end(process):
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
