"""What tcpdump saw on the source's uplinks: probes with their answers, by kernel time."""
import collections
import contextlib
import dataclasses
import os
import signal
import socket
import struct
import tempfile
import time

import wire
from topologies import SOURCE
from waiting import until

_ETHERNET, _RAW, _SLL2 = 1, 101, 276
_ETH_P_ALL = 3
_LINK_HEADER = {_ETHERNET: 14, _RAW: 0, 12: 0, _SLL2: 20}


@dataclasses.dataclass
class Probe:
    sent: int             # ns since the epoch
    packet: wire.Packet
    answers: list         # [(ns, packet)] in order of arrival


class Capture:
    """tcpdump on one of a node's devices, while the context lasts; then `packets`."""

    def __init__(self, network, node=SOURCE, device=None, expression="tcp or udp or icmp or icmp6"):
        self.network = network
        self.node = node
        self.device = device or network.topology.out_of(node)[0].device(node)
        self.expression = expression
        self.packets = []

    def __enter__(self):
        descriptor, self._path = tempfile.mkstemp(prefix="etr-lab-", suffix=".pcap")
        os.close(descriptor)
        self._log = open(self._path + ".log", "w+", encoding="utf-8")
        self._tcpdump = self.network.start(
            ["tcpdump", "-i", self.device, "-w", self._path, "-U", "-s", "512", "-B", "16384", "-Z", "root",
             "--immediate-mode", "--time-stamp-precision=nano", self.expression], node=self.node, stderr=self._log)
        until(self._listens, "tcpdump listens")
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                time.sleep(0.1)  # The kernel's last packets reach tcpdump.
            self._tcpdump.send_signal(signal.SIGINT)
            self._tcpdump.wait(10)
            if kind is None:
                self.packets = list(read(self._path))
        finally:
            self._log.close()
            os.unlink(self._path)
            os.unlink(self._path + ".log")

    def _listens(self):
        with open(self._path + ".log", encoding="utf-8") as log:
            return "listening on" in log.read()


class Arrivals:
    """Counts the probes that reach a node, by source port, while a test runs. Also of a node that drops them."""

    def __init__(self, network, node):
        self._socket = network.socket(node, socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._socket.setblocking(False)
        self._source_ports = collections.Counter()

    def wait_for(self, flows, probes):
        """Waits until so many probes of each of so many flows have come."""
        until(lambda: self._count(probes) >= flows, f"{probes} probes of {flows} flows have come")

    def _count(self, probes):
        with contextlib.suppress(BlockingIOError):
            while True:
                data, (_, _, kind, *_) = self._socket.recvfrom(2048)
                packet = wire.parse(data)
                if kind == socket.PACKET_HOST and packet and packet.protocol in (wire.TCP, wire.UDP):
                    self._source_ports[packet.ports[0]] += 1
        return sum(count >= probes for count in self._source_ports.values())


def read(path):
    """Yields (ns since the epoch, packet) of a pcap file with nanosecond stamps."""
    with open(path, "rb") as file:
        data = file.read()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    if magic != 0xA1B23C4D:
        raise ValueError(f"{path}: not a pcap file with nanoseconds")
    position = 24
    while position + 16 <= len(data):
        seconds, nanoseconds, length, _ = struct.unpack_from("<IIII", data, position)
        frame = data[position + 16:position + 16 + length]
        position += 16 + length
        packet = wire.parse(frame[_LINK_HEADER[link]:])
        if packet:
            yield seconds * 10**9 + nanoseconds, packet


def probes(packets, source):
    """The probes among the packets, each with the replies that identify it.

    An answer belongs to the latest probe before it that had the quoted ports and first 8 octets (and the IP ID);
    the answer of an open UDP service, which quotes nothing, to the latest probe of its flow.
    """
    found = []
    quoted, sequences, flows = {}, {}, {}
    for stamp, packet in packets:
        if packet.source == source and packet.protocol in (wire.TCP, wire.UDP):
            if packet.protocol == wire.TCP and packet.tcp_flags != 0x02:
                continue
            probe = Probe(stamp, packet, [])
            found.append(probe)
            quoted[packet.segment[:8], packet.identification] = probe
            flows[packet.ports[0]] = probe
            if packet.protocol == wire.TCP:
                sequences[packet.ports[0], packet.sequence] = probe
        elif packet.target == source:
            if packet.quoted:
                probe = quoted.get((packet.quoted.segment[:8], packet.quoted.identification))
            elif packet.protocol == wire.TCP and packet.tcp_flags in (0x12, 0x14):  # a pure ACK names no probe
                probe = sequences.get((packet.ports[1], (packet.acknowledgment - 1) % 2**32))
            elif packet.protocol == wire.UDP:
                probe = flows.get(packet.ports[1])
            else:
                probe = None
            if probe:
                probe.answers.append((stamp, packet))
    return found
