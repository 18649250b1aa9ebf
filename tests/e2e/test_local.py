#!/usr/bin/python3
"""Destinations on the host itself, and networks that refuse."""
import re
import subprocess

import harness
import topologies
from network import OPEN_TCP_PORT, Network


class Local(harness.LabTest):
    """Defect B11 of the Go etr: a target on the host itself is one hop away."""

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network("line"))

    def test_loopback_and_own_addresses_are_one_hop_away(self):
        for target in ("127.0.0.1", "::1", self.network.source(4), self.network.source(6)):
            for flag, kind in (("-T", "rst"), ("-U", "unreachable")):
                with self.subTest(target=target, flag=flag):
                    found, _ = self.etr(self.network, flag, "-P", "3", "-c", "2", "-d", "200ms", "-t", "150ms", target)
                    self.assertEqual(len(found), 6)
                    for record in found:
                        self.assertEqual([(hop["ip"], hop["kind"]) for hop in record["hops"]], [(target, kind)])
                        self.assertTrue(record["reached_dest"])
                        self.assertLess(abs(record["hops"][0]["rtt_ns"]), 50_000_000)

    def test_few_descriptors_are_reported_or_one_error(self):
        """The ports are reserved last, and only with descriptors that no one else needs."""
        outcomes = set()
        for limit in range(6, 60):
            done = self.network.run(
                ["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", harness.ETR, "-n", "--view", "plain", "-c", "1", "-P", "64",
                 "-t", "200ms", "--rate", "0", "127.0.0.1"], capture_output=True, text=True, timeout=30, check=False,
                stdin=subprocess.DEVNULL)
            # UndefinedBehaviorSanitizer opens a pipe to see whether it may read an object.
            if "<memory cannot be printed>" in done.stderr:
                outcomes.add(1)
                continue
            outcomes.add(done.returncode)
            self.assertIn(done.returncode, (0, 1), f"{limit}: {done.stderr}")
            if done.returncode == 0:
                self.assertTrue(re.search("is not reserved: .*too many open files", done.stdout), limit)
            else:
                self.assertEqual(done.stderr.count("Error: "), 1, f"{limit}: {done.stderr}")
        self.assertEqual(outcomes, {0, 1})

    def test_a_neighbour_is_one_hop_away(self):
        link = self.network.topology.out_of(topologies.SOURCE)[0]
        for family in (4, 6):
            with self.subTest(family=family):
                found, _ = self.etr(self.network, "-P", "3", "-c", "1", "-t", "150ms", link.address(link.far, family))
                self.assertEqual([[hop["ip"] for hop in record["hops"]] for record in found],
                                 [[link.address(link.far, family)]] * 3)

    def test_a_host_without_a_route_is_an_error_before_any_probe(self):
        for target in ("192.0.2.1", "2001:db8::1"):
            done = harness.run_etr(self.network, "-c", "1", target)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("no route", done.stderr.lower())
            self.assertIn(target, done.stderr)


class OwnErrors(harness.LabTest):
    """What the host's own kernel reports is no hop, whichever of its addresses it uses."""

    def test_a_dead_gateway_is_silence_though_the_host_translates_its_traffic(self):
        with Network("line") as network:
            device = network.topology.out_of(topologies.SOURCE)[0].device(topologies.SOURCE)
            for family, table, own, gateway, far in ((4, "ip", "10.77.0.1", "10.77.0.2", "198.51.100.1"),
                                                     (6, "ip6", "fd77::1", "fd77::2", "2001:db8:9::1")):
                for name, value in (("mcast_solicit", 1), ("retrans_time_ms", 50)):
                    network.run(["sysctl", "-qw", f"net.ipv{family}.neigh.{device}.{name}={value}"], check=True)
                network.run(["ip", "addr", "add", own, "dev", "lo"], check=True)
                network.run(["ip", f"-{family}", "route", "add", far, "via", gateway, "dev", device, "onlink", "src",
                             network.source(family)], check=True)
                network.nft(topologies.SOURCE, f"table {table} translate {{ chain out {{ type nat hook postrouting "
                                               f"priority 100; {table} daddr {far} snat to {own}; }}; }}\n")
                for flag in ("-T", "-U"):
                    with self.subTest(family=family, flag=flag):
                        found, _ = self.etr(network, flag, "-P", "2", "-c", "3", "-m", "3", "-d", "300ms", "-t",
                                            "250ms", far)
                        self.assertEqual({record["blocked"] for record in found}, {None})
                        self.assertEqual({hop["ip"] for record in found for hop in record["hops"]}, {""})


class Blocked(harness.LabTest):
    """Defect A17 of the Go etr: an unreachable is not silence, and not the target if another node sent it."""

    def test_an_unreachable_from_a_router_marks_the_path_blocked(self):
        cases = ((4, "icmp host-unreachable", 3, 1), (4, "icmp admin-prohibited", 3, 13),
                 (6, "icmpv6 admin-prohibited", 1, 1), (6, "icmpv6 addr-unreachable", 1, 3))
        for family, reason, icmp_type, icmp_code in cases:
            with self.subTest(family=family, reason=reason), Network("line") as network:
                # Before routing, so that the router refuses what would expire at it.
                network.nft("r2", f"table inet wall {{ chain in {{ type filter hook prerouting priority 0;\n"
                                  f"meta l4proto udp reject with {reason}; }}; }}\n")
                found, _ = self.etr(network, "-U", "-P", "4", "-c", "3", "-d", "200ms", "-t", "150ms",
                                    network.target(family))
                by = network.topology.links[1].address("r2", family)
                self.assertEqual(len(found), 12)
                for record in found:
                    self.assertFalse(record["reached_dest"])
                    self.assertEqual(record["blocked"], {"ttl": 2, "ip": by, "icmp_type": icmp_type,
                                                         "icmp_code": icmp_code})
                    self.assertEqual([hop["ip"] for hop in record["hops"]],
                                     [network.topology.links[0].address("r1", family), by])

    def test_a_firewall_that_rejects_is_named(self):
        with Network("line") as network:
            network.nft("r3", f"table inet wall {{ chain forward {{ type filter hook forward priority 0;\n"
                              f"tcp dport {OPEN_TCP_PORT} reject with icmpx admin-prohibited; }}; }}\n")
            for family in (4, 6):
                found, _ = self.etr(network, "-P", "4", "-c", "2", "-d", "200ms", "-t", "150ms", network.target(family))
                self.assertEqual({record["blocked"]["ip"] for record in found},
                                 {network.topology.links[2].address("r3", family)})
                self.assertEqual({record["reached_dest"] for record in found}, {False})


if __name__ == "__main__":
    harness.main()
