#!/usr/bin/python3
"""Acting on a record: a real socket with a flow's source port takes the path that the flow has shown."""
import re
import socket

import bpf
import harness
from network import OPEN_TCP_PORT, OPEN_UDP_PORT, Network
from topologies import SOURCE, TARGET

FLOWS = 24
_WITNESS = """table inet witness {
  set tcp_ports { type inet_service; flags dynamic; }
  set udp_ports { type inet_service; flags dynamic; }
  chain in { type filter hook prerouting priority 0;
    tcp dport %d add @tcp_ports { tcp sport }
    udp dport %d add @udp_ports { udp sport }
  }
}
""" % (OPEN_TCP_PORT, OPEN_UDP_PORT)


class Sockets(harness.LabTest):

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network("nested"))
        link = cls.network.topology.out_of(SOURCE)[0]
        reason = bpf.why_impossible(cls.network.namespace(link.far), link.device(link.far))
        if reason:
            raise harness.unittest.SkipTest(reason)
        cls.network.open_tcp()
        cls.network.answer_udp()

    def witnesses(self, kind):
        """{source port: the routers that saw it, by name}."""
        seen = {}
        for node in self.network.topology.nodes:
            if node in (SOURCE, TARGET):
                continue
            listing = self.network.run(["nft", "list", "set", "inet", "witness", kind + "_ports"], node=node,
                                       capture_output=True, text=True, check=True).stdout
            elements = re.search(r"elements = \{(.*?)\}", listing, re.DOTALL)
            for port in re.findall(r"\d+", elements.group(1)) if elements else ():
                seen.setdefault(int(port), set()).add(node)
        return seen

    def check(self, family, flag, kind, port, visit):
        found, _ = self.etr(self.network, flag, "-p", str(port), "-P", str(FLOWS), "-c", "1", "-t", "300ms",
                            self.network.target(family))
        owners = {link.address(link.far, family): link.far for link in self.network.topology.links}
        recorded = {record["source_port"]: {owners[hop["ip"]] for hop in record["hops"][:-1]} for record in found}
        routers = [node for node in self.network.topology.nodes if node not in (SOURCE, TARGET)]
        for node in routers:
            self.network.nft(node, _WITNESS)
        try:
            for source_port in recorded:
                visit(family, source_port)
            self.assertEqual(self.witnesses(kind), recorded)
            self.assertGreater(len(set(map(frozenset, recorded.values()))), 6)
        finally:
            for node in routers:
                self.network.nft(node, "delete table inet witness\n")

    def open(self, family, kind, source_port):
        made = self.network.socket(SOURCE, socket.AF_INET if family == 4 else socket.AF_INET6, kind)
        made.settimeout(5)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((self.network.source(family), source_port))
        return made

    def connect(self, family, source_port):
        with self.open(family, socket.SOCK_STREAM, source_port) as connection:
            connection.connect((self.network.target(family), OPEN_TCP_PORT))

    def ask(self, family, source_port):
        with self.open(family, socket.SOCK_DGRAM, source_port) as datagrams:
            datagrams.sendto(b"which way?", (self.network.target(family), OPEN_UDP_PORT))
            self.assertEqual(datagrams.recv(100), b"which way?")

    def test_a_tcp_connection_takes_the_recorded_path(self):
        for family in (4, 6):
            with self.subTest(family=family):
                self.check(family, "-T", "tcp", OPEN_TCP_PORT, self.connect)

    def test_udp_datagrams_take_the_recorded_path(self):
        for family in (4, 6):
            with self.subTest(family=family):
                self.check(family, "-U", "udp", OPEN_UDP_PORT, self.ask)


if __name__ == "__main__":
    harness.main()
