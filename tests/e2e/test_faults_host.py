#!/usr/bin/python3
"""Faults of the tracing host's own network: interface, address, route, neighbour, MTU, capture."""
import signal
import socket

import harness
import truth
import wire
from network import Network
from topologies import SOURCE
from watching import FLOWS, Watching

BROKEN, MENDED = 5, 12  # The rounds in which the host breaks and is mended; half a dozen later all is well.


def uplink(network):
    return network.topology.out_of(SOURCE)[0]


class Uplink(Watching):

    def broken(self, network, family, breaks, mends, *flags, count=30):
        found, others = self.watch_true(network, family, count,
                                        {BROKEN: lambda _: breaks(), MENDED: lambda _: mends()}, *flags)
        self.assert_healthy(found, range(0, BROKEN))
        self.assert_healthy(found, range(count - 8, count))
        return found, others

    def test_an_interface_that_is_removed_and_made_again(self):
        for family, flag in ((4, "-T"), (6, "-U")):
            with self.subTest(family=family), Network("line") as network:
                link = uplink(network)
                found, others = self.broken(
                    network, family,
                    lambda: network.run(["ip", "link", "del", link.device(SOURCE)], check=True),
                    lambda: network.remake(link), flag)
                self.assertEqual(self.verdicts(found, range(BROKEN + 2, MENDED - 1)), {"send-failed"})
                self.assert_told(others, f"interface {link.device(SOURCE)} is gone")
                self.assert_told(others, "there is a route to")

    def test_an_address_that_is_removed_and_given_back(self):
        for family, bits, flag in ((4, 30, "-U"), (6, 64, "-T")):
            with self.subTest(family=family), Network("line") as network:
                found, others = self.broken(
                    network, family,
                    lambda: network.run(["ip", "addr", "del", f"{network.source(family)}/{bits}", "dev",
                                         uplink(network).device(SOURCE)], check=True),
                    lambda: network.restore(SOURCE), flag)
                self.assertEqual(self.verdicts(found, range(BROKEN + 2, MENDED - 1)), {"send-failed"})
                self.assert_told(others, "is not one of this host's")
                self.assert_told(others, "there is a route to")

    def test_a_neighbour_that_is_lost_and_found(self):
        for family in (4, 6):
            with self.subTest(family=family), Network("line") as network:
                device = uplink(network).device("r1")

                def lose():
                    network.nft("r1", f"table netdev deaf {{ chain in {{ type filter hook ingress device \"{device}\" "
                                      "priority 0; ether type arp drop\n"
                                      "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } drop; }; }\n")
                    network.run(["ip", "neigh", "flush", "dev", uplink(network).device(SOURCE)], check=True)
                found, others = self.broken(network, family, lose,
                                            lambda: network.nft("r1", "delete table netdev deaf\n"), count=36)
                self.assertLessEqual(self.verdicts(found, range(BROKEN + 2, MENDED - 1)), {"lost", "send-failed"})
                next_hop = uplink(network).address("r1", family)
                self.assert_told(others, f"next hop {next_hop} does not answer")
                self.assert_told(others, f"next hop {next_hop} answers")

    def test_an_mtu_that_shrinks_costs_the_probes_that_no_longer_fit(self):
        """A UDP probe of TTL 4 has 108 to 127 octets, a SYN 64; the device refuses larger answers, too."""
        with Network("line") as network:
            def mtu(octets):
                network.run(["ip", "link", "set", uplink(network).device(SOURCE), "mtu", str(octets)], check=True)
            found, others = self.broken(network, 4, lambda: mtu(120), lambda: mtu(1500), "-U")
            for record in found:
                if record["probe_num"] in range(BROKEN + 2, MENDED - 1):
                    by_ttl = {hop["ttl"]: hop["verdict"] for hop in record["hops"]}
                    self.assertEqual([by_ttl[1], by_ttl[2], by_ttl[4]], ["answered", "answered", "send-failed"], record)
            self.assert_told(others, "a probe of ttl 4 does not fit the mtu of 120 octets on to-r1")
            found, _ = self.broken(network, 4, lambda: mtu(120), lambda: mtu(1500), "-T")
            self.assert_healthy(found, range(30))


class Route(Watching):

    def test_a_next_hop_that_changes_alone_is_followed(self):
        for family, flag in ((4, "-T"), (6, "-U")):
            with self.subTest(family=family), Network("uplinks") as network:
                ways = [self.ways(network, family, flag)]

                def move(neighbour):
                    network.steer(SOURCE, neighbour)
                    ways.append(self.ways(network, family, flag))
                found, others = self.watch(network, family, 20,
                                           {BROKEN: lambda _: move("g1"), MENDED: lambda _: move("g0")}, flag)
                self.assert_healthy(found, range(20), hops=3)
                for way, rounds in zip(ways, (range(0, BROKEN), range(BROKEN + 2, MENDED), range(MENDED + 2, 20))):
                    for record in found:
                        if record["probe_num"] in rounds:
                            self.assertEqual([hop["ip"] for hop in record["hops"]], way[record["source_port"]], record)
                self.assert_told(others, "is now via")
                # All flows move away and back; those that move together are reported in one event.
                changes = sum(line["count"] for line in others if line.get("event") == "path-change")
                self.assertEqual(changes, 2 * FLOWS)

    @staticmethod
    def ways(network, family, flag):
        """The path of each flow, according to the kernels."""
        protocol, port = ("tcp", 443) if flag == "-T" else ("udp", 33434)
        return truth.paths(network, family, protocol, range(harness.SOURCE_PORT, harness.SOURCE_PORT + FLOWS), port)


class Capture(Watching):

    def test_an_overrun_is_counted_and_costs_only_what_it_dropped(self):
        with Network("line") as network:
            sender = network.socket("r3", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            error = b"\x0b\x00\x00\x00" + bytes(4) + bytes(28)  # Time exceeded, of nothing.
            error = error[:2] + wire.checksum(error).to_bytes(2, "big") + error[4:]

            def overrun(etr):
                etr.signal(signal.SIGSTOP)
                for _ in range(5000):
                    sender.sendto(error, (network.source(4), 0))
                etr.signal(signal.SIGCONT)
            found, others = self.watch_true(network, 4, 30, {BROKEN: overrun}, "-U", "--capture-buffer", "1")
            self.assert_healthy(found, [*range(0, BROKEN - 1), *range(BROKEN + 12, 30)])
            self.assertLessEqual(self.verdicts(found, range(30)), {"answered", "lost"})
            self.assertGreater(others[-1]["capture_drops"], 1000)
            self.assert_told(others, "the capture dropped ")


if __name__ == "__main__":
    harness.main()
