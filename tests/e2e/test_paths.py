#!/usr/bin/python3
"""Records of 64 flows against the kernels' routes, in one topology, at the default pace and unpaced."""
import sys

import harness
from network import OPEN_TCP_PORT, OPEN_UDP_PORT, Network
from topologies import TOPOLOGIES

LAB = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in TOPOLOGIES else "line"
FLOWS = harness.FLOWS
CASES = (("-T", "TCP", OPEN_TCP_PORT, "syn-ack"), ("-T", "TCP", 80, "rst"),
         ("-U", "UDP", 33434, "unreachable"), ("-U", "UDP", OPEN_UDP_PORT, "data"))


class Paths(harness.LabTest):
    """An open TCP port may answer with a RST: a probe that passed the target in the first round leaves a half-open
    connection there, and the next SYN meets it. Where a SYN may be lost and sent again it may be a challenge ACK.
    """

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network(LAB))
        cls.network.open_tcp()
        cls.network.answer_udp(size=48)  # Not the length of any probe: only the flow can be identified.

    def check(self, family, flag, protocol, port, kind, rounds, *pace):
        # A forwarder in Python that shares its processor may be slow.
        patience = "1s" if self.network.topology.userspace else "400ms"
        flags = [flag, "-p", str(port), "-P", str(FLOWS), "-c", str(rounds), "-d", patience, "-t", patience, *pace,
                 self.network.target(family)]
        found, _ = self.etr(self.network, *flags)
        paths = self.assert_true_paths(self.network, found, flows=FLOWS, rounds=rounds)
        self.assertEqual({record["protocol"] for record in found}, {protocol})
        self.assertEqual({record["source_ip"] for record in found}, {self.network.source(family)})
        self.assertEqual({record["complete"] for record in found}, {True})
        self.assert_valid(found)
        for record in found:
            kinds = {kind} if kind != "syn-ack" else {kind, "rst"}
            if kind == "syn-ack" and not self.network.topology.flawless:
                kinds.add("ack")
            for hop in record["hops"]:
                if self.network.topology.flawless:
                    self.assertIn(hop["class"], {"answering", "unknown"}, record)
                if not hop["timeout"]:
                    at_target = hop["ip"] == paths[record["source_port"]][-1]
                    self.assertIn(hop["kind"], kinds if at_target else {"time-exceeded"}, hop)
        self.assert_one_path_id_per_path(found, paths)

    def assert_one_path_id_per_path(self, found, paths):
        """Where every hop replies, flows have the same id exactly if they take the same path."""
        if not self.network.topology.flawless:
            return
        last = {record["source_port"]: record for record in found}  # the latest record of each
        for key in ("path_id", "path_hash"):
            pairs = {(tuple(paths[port]), record[key]) for port, record in last.items()}
            self.assertEqual(len(pairs), len({path for path, _ in pairs}), key)
            self.assertEqual(len(pairs), len({value for _, value in pairs}), key)


def _add(family, flag, protocol, port, kind, name, rounds, *pace):
    def test(self):
        self.check(family, flag, protocol, port, kind, rounds, *pace)
    setattr(Paths, f"test_ipv{family}_{protocol.lower()}_{port}_{name}", test)


for _family in (4, 6):
    for _case in CASES:
        _add(_family, *_case, "unpaced", 2, "-i", "0", "--rate", "0")
    for _case in (CASES[0], CASES[2]):
        _add(_family, *_case, "default_pace", 1)


if __name__ == "__main__":
    harness.main()
