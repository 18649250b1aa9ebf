"""An independent traceroute: checks the lab, and etr against it.

Sends one SYN or UDP datagram per flow and TTL on a packet socket, reads answers from another, and returns records
of etr's shape. Every timestamp is the kernel's.
"""
import select
import socket
import struct
import time

import wire
from topologies import SOURCE
import truth

ETH_P_ALL = 3
SO_TIMESTAMPNS = 35
_PAUSE = 0.0001  # between packets


class _Tap:
    """Sends on one of the source's links and captures everything on it."""

    def __init__(self, network, link):
        self.ethernet = link.kind != "tun"
        self.link = link
        self.sender = network.socket(SOURCE, socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sender.bind((link.device(SOURCE), 0))
        self.hearer = network.socket(SOURCE, socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.hearer.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.hearer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self.hearer.bind((link.device(SOURCE), ETH_P_ALL))
        self.hearer.setblocking(False)

    def send(self, family, packet):
        if not self.ethernet:
            address = (self.link.device(SOURCE), 0x0800 if family == 4 else 0x86DD)
            self.sender.sendto(packet, address)
            return
        header = bytes.fromhex((self.link.mac(self.link.far) + self.link.mac(SOURCE)).replace(":", ""))
        self.sender.send(header + struct.pack("!H", 0x0800 if family == 4 else 0x86DD) + packet)

    def hear(self):
        """Yields (kernel time in ns, packet) for each packet received or sent."""
        while True:
            try:
                frame, ancillary, _, _ = self.hearer.recvmsg(65536, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
            packet = wire.parse(frame[14:] if self.ethernet else frame)
            if packet:
                yield seconds * 10**9 + nanoseconds, packet

    def close(self):
        self.sender.close()
        self.hearer.close()


def trace(network, family, protocol, source_ports, destination_port, max_ttl=8, timeout=0.5):
    """One round; returns a record per flow. Hops past the target's first answer are not in it."""
    source, target = network.source(family), network.target(family)
    truth_paths = truth.paths(network, family, protocol, source_ports, destination_port)
    taps = {link.address(link.far, family): _Tap(network, link) for link in network.topology.out_of(SOURCE)}
    sent, answered = {}, {}
    try:
        for ttl in range(1, max_ttl + 1):
            for port in source_ports:
                if protocol == "TCP":
                    segment = wire.tcp_syn(source, target, port, destination_port, ttl * 256)
                else:
                    segment = wire.udp_datagram(source, target, port, destination_port, bytes(ttl * 4))
                taps[truth_paths[port][0]].send(family, wire.ip_packet(
                    family, source, target, wire.PROTOCOLS[protocol], ttl, segment))
                time.sleep(_PAUSE)
            for tap in taps.values():
                _read(tap, source, sent, answered)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            select.select([tap.hearer for tap in taps.values()], [], [], 0.05)
            for tap in taps.values():
                _read(tap, source, sent, answered)
    finally:
        for tap in taps.values():
            tap.close()
    return [_record(port, flow, family, protocol, source, target, destination_port, max_ttl, sent, answered)
            for flow, port in enumerate(source_ports)]


def _read(tap, source, sent, answered):
    for stamp, packet in tap.hear():
        if source not in (packet.source, packet.target):
            continue  # The other family, or neighbour discovery.
        if packet.source == source and packet.protocol in (wire.TCP, wire.UDP):
            if packet.protocol == wire.UDP or packet.tcp_flags == 0x02:  # not our kernel's RST
                sent.setdefault((packet.ports[0], packet.ttl), stamp)
        elif packet.quoted:
            answered.setdefault((packet.quoted.ports[0], _ttl_of(packet.quoted)), (stamp, packet))
        elif packet.protocol == wire.TCP and packet.tcp_flags & 0x10:
            answered.setdefault((packet.ports[1], (packet.acknowledgment - 1) // 256), (stamp, packet))
        elif packet.protocol == wire.UDP:  # an echo: as long as the probe
            answered.setdefault((packet.ports[1], (packet.udp_length - 8) // 4), (stamp, packet))


def _ttl_of(quoted):
    return quoted.sequence // 256 if quoted.protocol == wire.TCP else (quoted.udp_length - 8) // 4


def _record(port, flow, family, protocol, source, target, destination_port, max_ttl, sent, answered):
    hops = []
    for ttl in range(1, max_ttl + 1):
        stamp, packet = answered.get((port, ttl), (None, None))
        hop = {"ttl": ttl, "ip": packet.source if packet else "", "timeout": packet is None, "rtt": 0, "rtt_ns": None}
        if packet:
            hop["rtt_ns"] = stamp - sent[port, ttl]
            hop["rtt"] = round(hop["rtt_ns"] / 1000)
        hops.append(hop)
        if packet and packet.source == target and not wire.is_time_exceeded(packet):
            break
    return {"probe_id": flow, "probe_num": 0, "source_ip": source, "source_port": port, "destination_ip": target,
            "destination_port": destination_port, "protocol": protocol, "family": family,
            "reached_dest": hops[-1]["ip"] == target, "hops": hops}
