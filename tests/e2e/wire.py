"""Enough of IP, TCP, UDP and ICMP to write probes and to read replies. Shares no code with etr."""
import dataclasses
import ipaddress
import socket
import struct
from typing import Optional

TCP, UDP = 6, 17
PROTOCOLS = {"TCP": TCP, "UDP": UDP}
NUMBER_OF_ETHERTYPE = {0x0800: 4, 0x86DD: 6}


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packed(address):
    return ipaddress.ip_address(address).packed


def _pseudo_header(source, target, protocol, length):
    if len(packed(source)) == 4:
        return packed(source) + packed(target) + struct.pack("!BBH", 0, protocol, length)
    return packed(source) + packed(target) + struct.pack("!IxxxB", length, protocol)


def transport_checksum_is_right(packet):
    """Sums a whole TCP or UDP segment with its pseudo header."""
    return checksum(_pseudo_header(packet.source, packet.target, packet.protocol, len(packet.segment))
                    + packet.segment) == 0


def ip_packet(family, source, target, protocol, ttl, segment, identification=0):
    if family == 6:
        return struct.pack("!IHBB", 6 << 28, len(segment), protocol, ttl) + packed(source) + packed(target) + segment
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), identification, 0x4000, ttl, protocol, 0)
    header += packed(source) + packed(target)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + segment


def tcp_syn(source, target, source_port, destination_port, sequence):
    segment = struct.pack("!HHIIBBHHH", source_port, destination_port, sequence, 0, 5 << 4, 0x02, 65535, 0, 0)
    value = checksum(_pseudo_header(source, target, TCP, len(segment)) + segment)
    return segment[:16] + struct.pack("!H", value) + segment[18:]


def udp_datagram(source, target, source_port, destination_port, payload):
    segment = struct.pack("!HHHH", source_port, destination_port, 8 + len(payload), 0) + payload
    value = checksum(_pseudo_header(source, target, UDP, len(segment)) + segment) or 0xFFFF
    return segment[:6] + struct.pack("!H", value) + segment[8:]


@dataclasses.dataclass
class Packet:
    """An IP packet, its transport segment and, in an ICMP error, the original datagram."""
    family: int
    source: str
    target: str
    protocol: int
    ttl: int
    segment: bytes
    identification: int = 0
    icmp: Optional[tuple] = None        # (type, code)
    quoted: Optional["Packet"] = None

    @property
    def ports(self):
        return struct.unpack_from("!HH", self.segment)

    @property
    def sequence(self):
        return struct.unpack_from("!I", self.segment, 4)[0]

    @property
    def acknowledgment(self):
        return struct.unpack_from("!I", self.segment, 8)[0]

    @property
    def tcp_flags(self):
        return self.segment[13]

    @property
    def udp_length(self):
        return struct.unpack_from("!H", self.segment, 4)[0]


def parse(data, quoted=False):
    """Reads an IP packet; None if it is not one. No IPv6 extension headers: the lab has none."""
    if len(data) < 20:
        return None
    family = data[0] >> 4
    if family == 4:
        header = (data[0] & 15) * 4
        total = struct.unpack_from("!H", data, 2)[0]
        packet = Packet(4, socket.inet_ntop(socket.AF_INET, data[12:16]), socket.inet_ntop(socket.AF_INET, data[16:20]),
                        data[9], data[8], data[header:] if quoted else data[header:total],
                        struct.unpack_from("!H", data, 4)[0])
    elif family == 6 and len(data) >= 40:
        length = struct.unpack_from("!H", data, 4)[0]
        packet = Packet(6, socket.inet_ntop(socket.AF_INET6, data[8:24]), socket.inet_ntop(socket.AF_INET6, data[24:40]),
                        data[6], data[7], data[40:] if quoted else data[40:40 + length])
    else:
        return None
    if packet.protocol in (1, 58) and len(packet.segment) >= 8:
        packet.icmp = (packet.segment[0], packet.segment[1])
        if packet.icmp[0] in ((3, 11, 12) if family == 4 else (1, 2, 3, 4)):
            packet.quoted = parse(packet.segment[8:], quoted=True)
    return packet


def is_time_exceeded(packet):
    return packet.icmp == ((11, 0) if packet.family == 4 else (3, 0))
