#!/usr/bin/python3
"""examples/dns_prober, built against the installed package, asks a real resolver: its answer counts as reached."""
import socket
import subprocess
import time

import harness
from network import Network
from topologies import TARGET

RESOLVER = ["dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root", "--pid-file=",
            "--conf-file=/dev/null", "--server=//"]


def wait_until_served(network, family):
    """Until it answers a query from its own host: an A record of nowhere."""
    query = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x07nowhere\x00\x00\x01\x00\x01"
    client = network.socket(TARGET, socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
    client.settimeout(0.1)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            client.sendto(query, (network.target(family), 53))
            client.recv(512)
            return
        except OSError:
            pass
    raise AssertionError("the resolver does not answer")


class DnsExample(harness.LabTest):

    def test_an_open_resolver_answers_probes_and_counts_as_reached(self):
        for family in (4, 6):
            with self.subTest(family=family), Network("two-way") as network:
                network.start([*RESOLVER, f"--listen-address={network.target(family)}"], node=TARGET,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                wait_until_served(network, family)
                found, _ = self.etr(network, "--prober", "dns", "-P", "16", "-c", "3", "-d", "400ms", "-t", "300ms",
                                    network.target(family))
                self.assert_true_paths(network, [{**record, "protocol": "UDP"} for record in found], flows=16, rounds=3)
                self.assertEqual({(record["protocol"], record["destination_port"]) for record in found}, {("DNS", 53)})
                self.assertEqual({record["hops"][-1]["kind"] for record in found}, {"data"})
                self.assertEqual({record["hops"][-1]["rtt_ns"] is None for record in found}, {False})

    def test_its_probes_are_well_formed_queries(self):
        """According to tcpdump's dissector."""
        with Network("line") as network:
            sniffer = network.start(["tcpdump", "-n", "-v", "-l", "-c", "4", "-i", "any", "udp dst port 53"], node="r1",
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            sniffer.stderr.readline()
            done = harness.run_etr(network, "--prober", "dns", "-P", "4", "-c", "1", "-t", "300ms", network.target(4))
            self.assertEqual(done.returncode, 0, done.stderr)
            text = sniffer.communicate(timeout=10)[0]
            self.assertEqual(text.count("NS? ."), 4, text)
            self.assertNotIn("bad", text)


if __name__ == "__main__":
    harness.main()
