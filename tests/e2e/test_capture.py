#!/usr/bin/python3
"""The record stream against a capture of the same run by another program: verdicts and times agree."""
import collections
import statistics

import capture
import harness
import wire
from network import Network

TIMEOUT = 0.3
PRECISION = 1000  # ns
# A segment that a TCP of this same machine sent still carries its sender's time when it arrives over veth, and so
# each capture stamps it anew when its turn comes: two captures of one SYN-ACK differ by a few microseconds, and by
# whatever comes in between on a busy machine. A forwarder in user space makes new packets, without such a time.
TYPICAL_OF_TWO_STAMPS, MOST_OF_TWO_STAMPS = 10000, 50000


class CaptureAgrees(harness.LabTest):

    def check(self, lab, family, *flags):
        with Network(lab) as network:
            network.open_tcp()
            source, target = network.source(family), network.target(family)
            with capture.Capture(network) as tap:
                found, _ = self.etr(network, "-P", "16", "-c", "8", "-d", "300ms", "-t", f"{int(TIMEOUT * 1000)}ms",
                                    *flags, target)
        sent = collections.defaultdict(list)
        for probe in capture.probes(tap.packets, source):
            sent[probe.packet.ports[0], probe.packet.ttl].append(probe)
        self.assertEqual(len(found), 16 * 8)
        verdicts = collections.Counter()
        stamped_twice = []
        for record in found:
            for hop in record["hops"]:
                name = f"flow {record['probe_id']} round {record['probe_num']} hop {hop['ttl']}"
                own = [probe for probe in sent[record["source_port"], hop["ttl"]]
                       if abs(probe.sent - harness.nanoseconds(hop["sent_at"])) <= PRECISION]
                self.assertEqual(len(own), 1, f"{name}: {len(own)} probes in the capture")
                answers = [(stamp, packet) for stamp, packet in own[0].answers
                           if stamp - own[0].sent <= TIMEOUT * 1e9]
                self.assertEqual(hop["timeout"], not answers, name)
                verdicts[hop["timeout"]] += 1
                if answers:
                    stamp, packet = answers[0]
                    received = harness.nanoseconds(hop["recv_time"])
                    self.assertEqual(hop["ip"], packet.source, name)
                    self.assertAlmostEqual(hop["rtt_ns"], received - own[0].sent, delta=PRECISION, msg=name)
                    self.assertEqual(hop["rtt"], (hop["rtt_ns"] + 500) // 1000, name)
                    self.assertEqual(hop["reply_ttl"], packet.ttl, name)
                    if packet.protocol == wire.TCP and not network.topology.userspace:
                        stamped_twice.append(abs(received - stamp))
                    else:
                        self.assertAlmostEqual(received, stamp, delta=PRECISION, msg=name)
        if stamped_twice:
            self.assertLess(statistics.median(stamped_twice), TYPICAL_OF_TWO_STAMPS)
            self.assertLess(sum(one > MOST_OF_TWO_STAMPS for one in stamped_twice), 0.03 * len(stamped_twice))
        return verdicts

    def test_nothing_lost(self):
        """Defect A13 of the Go etr, docs/compatibility.md."""
        for family in (4, 6):
            for flags in (("-T",), ("-U",)):
                with self.subTest(family=family, flags=flags):
                    self.assertEqual(self.check("nested", family, *flags)[True], 0)

    def test_a_lossy_link(self):
        for family in (4, 6):
            for flags in (("-T", "-p", "80"), ("-U",)):  # closed: lost RSTs of ours change nothing there
                with self.subTest(family=family, flags=flags):
                    verdicts = self.check("lossy", family, *flags)
                    self.assertGreater(verdicts[True], 0)
                    self.assertGreater(verdicts[False], verdicts[True])

    def test_delayed_answers(self):
        self.check("delay-nested", 4, "-T")
        self.check("delay-nested", 6, "-U")

    def test_a_tun_uplink(self):
        self.check("tun", 4, "-T")
        self.check("tun", 6, "-U")


class Sparing(harness.LabTest):
    """No flood past the target, none towards one router."""

    def test_no_more_than_three_probes_of_a_flow_pass_the_target(self):
        """Defect A3 of the Go etr, docs/compatibility.md."""
        for lab, distance in (("line", 4), ("delay", 10)):
            for family, flag in ((4, "-T"), (6, "-U")):
                with self.subTest(lab=lab, family=family), Network(lab) as network:
                    network.open_tcp()
                    with capture.Capture(network) as tap:
                        self.etr(network, flag, "-c", "3", "-d", "200ms", "-t", "150ms", network.target(family))
                    probes = [probe.packet for probe in capture.probes(tap.packets, network.source(family))
                              if probe.packet.target == network.target(family)]
                    past = collections.Counter(packet.ports[0] for packet in probes if packet.ttl > distance)
                    at = collections.Counter(packet.ports[0] for packet in probes if packet.ttl == distance)
                    self.assertLessEqual(max(past.values(), default=0), 3)
                    self.assertEqual(set(at.values()), {3}, "one probe per flow and round reaches the target")

    def test_the_rate_is_kept(self):
        with Network("line") as network, capture.Capture(network) as tap:
            self.etr(network, "-P", "32", "-c", "2", "--rate", "200", "-d", "100ms", "-t", "100ms", network.target(4))
        sent = sorted(probe.sent for probe in capture.probes(tap.packets, network.source(4)))
        self.assertGreaterEqual(len(sent), 32 * 4 * 2)
        for index, begin in enumerate(sent):
            within = [stamp for stamp in sent[index:index + 300] if stamp < begin + 10**9]
            self.assertLessEqual(len(within), 200 + 12)  # a burst of 10, and the edges

    def test_at_most_six_probes_back_to_back_towards_one_router(self):
        """Defect C5 of the Go etr, docs/compatibility.md."""
        with Network("line") as network, capture.Capture(network) as tap:
            self.etr(network, "-P", "32", "-c", "2", "-i", "0", "--rate", "0", "-d", "200ms", "-t", "150ms",
                     network.target(4))
        longest = run = last = 0
        for probe in capture.probes(tap.packets, network.source(4)):
            run = run + 1 if probe.packet.ttl == last else 1
            last = probe.packet.ttl
            longest = max(longest, run)
        self.assertLessEqual(longest, 6)


class ProbesAreClean(harness.LabTest):
    """Every probe, as another program reads it: right checksums, and a flow's probes differ only where they may."""

    def test_checksums_lengths_and_constant_fields(self):
        """Defect B6 of the Go etr, docs/compatibility.md."""
        for family in (4, 6):
            for flag in ("-T", "-U"):
                with self.subTest(family=family, flag=flag), Network("line") as network:
                    with capture.Capture(network) as tap:
                        self.etr(network, flag, "-P", "4", "-c", "3", "-d", "200ms", "-t", "200ms", network.target(family))
                    probes = [probe for probe in capture.probes(tap.packets, network.source(family))
                              if probe.packet.target == network.target(family)]
                    self.assertGreaterEqual(len(probes), 4 * 3 * 4)
                    identifications = collections.defaultdict(list)
                    for probe in probes:
                        packet = probe.packet
                        self.assertTrue(wire.transport_checksum_is_right(packet), packet)
                        if packet.protocol == wire.TCP:
                            self.assertEqual(len(packet.segment), 44)
                            self.assertEqual(packet.segment[12] >> 4, 11)
                        else:
                            self.assertEqual(packet.udp_length, len(packet.segment))
                            self.assertEqual((packet.udp_length - 8) // 20, packet.ttl)
                        identifications[packet.ports[0]].append(packet.identification)
                    for values in identifications.values():
                        if family == 4:
                            self.assertNotIn(0, values)
                            self.assertEqual(len(values), len(set(values)))


if __name__ == "__main__":
    harness.main()
