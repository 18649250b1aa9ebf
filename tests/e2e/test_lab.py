#!/usr/bin/python3
"""The ground truth is right: an independent traceroute's packets go where the kernels' routes lead."""
import sys

import harness
import pytrace
import records
import truth
from network import OPEN_TCP_PORT, OPEN_UDP_PORT, Network
from topologies import TOPOLOGIES

CASES = (("TCP", OPEN_TCP_PORT), ("TCP", 80), ("UDP", 33434), ("UDP", OPEN_UDP_PORT))
PATHS = {"line": 1, "two-way": 2, "sixteen": 12, "nested": 12, "unequal": 2, "uplinks": 2, "tun": 2}
LAB = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in TOPOLOGIES else "line"


class Truth(harness.LabTest):

    def test_packets_go_where_the_kernels_say(self):
        with Network(LAB) as network:
            network.open_tcp()
            network.answer_udp()
            ports = range(harness.SOURCE_PORT, harness.SOURCE_PORT + harness.FLOWS)
            for family in (4, 6):
                for protocol, port in CASES:
                    with self.subTest(family=family, protocol=protocol, port=port):
                        paths = truth.paths(network, family, protocol, ports, port)
                        longest = max(map(len, paths.values()))
                        found = pytrace.trace(network, family, protocol, ports, port, longest, timeout=0.4)
                        for record in found:
                            # After a lost reply of the target the next TTL remains: pytrace keeps no distance.
                            del record["hops"][len(paths[record["source_port"]]):]
                            record["reached_dest"] = record["hops"][-1]["ip"] == paths[record["source_port"]][-1]
                        wrong = [text for record in found for text in records.differences(
                            record, paths[record["source_port"]], network.topology.flawless)]
                        self.assertEqual(wrong, [])
                        self.assertGreaterEqual(len(set(map(tuple, paths.values()))), PATHS.get(LAB, 1))


if __name__ == "__main__":
    harness.main(needs_etr=False)
