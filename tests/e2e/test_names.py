#!/usr/bin/python3
"""Reverse names: looked up in parallel to the trace, never delaying it."""
import ipaddress
import subprocess
import time

import harness
import netns_etc
from network import Network
from topologies import SOURCE


def resolver_is(network, address):
    """The nameserver in etr's /etc/resolv.conf."""
    return netns_etc.etc(network, {"resolv.conf": f"nameserver {address}\n"})


def reversed_name(address):

    return ipaddress.ip_address(address).reverse_pointer


def trace(network, *flags):
    """With names: without -n."""
    return network.run([harness.ETR, "-J", *flags], capture_output=True, text=True, timeout=30, check=False,
                       stdin=subprocess.DEVNULL)


class Names(harness.LabTest):

    def test_hops_and_target_carry_their_reverse_names(self):
        with Network("line") as network:
            names = {}
            for family in (4, 6):
                for link in network.topology.links:
                    names[link.address(link.far, family)] = f"{link.far}.v{family}.lab.test"
                names[network.target(family)] = f"target.v{family}.lab.test"
            server = ["dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--listen-address=127.0.0.1", "--bind-interfaces",
                      "--user=root", "--pid-file=", "--local=/lab.test/", "--conf-file=/dev/null"]
            server += [f"--ptr-record={reversed_name(address)},{name}" for address, name in names.items()]
            with resolver_is(network, "127.0.0.1"):
                network.start(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for family in (4, 6):
                    done = trace(network, "-P", "2", "-c", "6", "-d", "300ms", "-t", "200ms", network.target(family))
                    self.assertEqual(done.returncode, 0, done.stderr)
                    found, _ = harness.records.parse(done.stdout)
                    for record in found[-2:]:
                        self.assertEqual(record["destination_ptr"], names[network.target(family)])
                        self.assertEqual([hop["ptr"] for hop in record["hops"]],
                                         [names[hop["ip"]] for hop in record["hops"]])

    def test_a_dead_resolver_delays_nothing(self):
        with Network("line") as network:
            # An address that swallows queries: no answer, no error.
            network.nft(SOURCE, "table inet hole { chain out { type filter hook output priority 0; udp dport 53 drop\n"
                                "tcp dport 53 drop; }; }\n")
            with resolver_is(network, network.topology.links[0].address("r1", 4)):
                began = time.monotonic()
                done = trace(network, "-P", "4", "-c", "4", "-d", "300ms", "-t", "200ms", network.target(4))
                took = time.monotonic() - began
                self.assertEqual(done.returncode, 0, done.stderr)
                found, _ = harness.records.parse(done.stdout)
                self.assert_true_paths(network, found, flows=4, rounds=4)
                began = time.monotonic()
                self.etr(network, "-P", "4", "-c", "4", "-d", "300ms", "-t", "200ms", network.target(4))
                self.assertLess(took, time.monotonic() - began + 0.6)

    def test_names_off_sends_no_query(self):
        with Network("line") as network, resolver_is(network, network.topology.links[0].address("r1", 4)):
            network.nft(SOURCE, "table inet count { counter asked {}; chain out { type filter hook output priority 0;\n"
                                "udp dport 53 counter name asked\n}; }\n")
            self.etr(network, "-P", "2", "-c", "2", "-d", "200ms", "-t", "100ms", network.target(4))
            listing = network.run(["nft", "list", "counter", "inet", "count", "asked"], capture_output=True, text=True,
                                  check=True).stdout
            self.assertIn("packets 0 ", listing)


if __name__ == "__main__":
    harness.main()
