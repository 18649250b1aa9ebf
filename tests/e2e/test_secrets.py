#!/usr/bin/python3
"""Values that must not be guessed: the program in normal use, without settings of tests, repeats no value of an
earlier run, and accepts no reply to one."""
import json
import socket

import capture
import harness
import wire
from network import Network
from topologies import TARGET

RUNS = 4


class Runs(harness.LabTest):

    def runs(self, network, family, flag):
        """All probes' packets of four runs, and the first ones of each flow."""
        every, firsts = [], []
        for _ in range(RUNS):
            with capture.Capture(network) as tap:
                self.etr(network, flag, "-P", "4", "-c", "1", "-t", "200ms", network.target(family))
            every.append([probe.packet for probe in capture.probes(tap.packets, network.source(family))
                          if probe.packet.target == network.target(family)])
            first = {}
            for packet in every[-1]:
                first.setdefault(packet.ports[0], packet)
            firsts.append([first[port] for port in sorted(first)])
            self.assertEqual(len(firsts[-1]), 4)
        return every, firsts

    def test_share_no_sequence_number_and_no_first_ids(self):
        with Network("line") as network:
            for family in (4, 6):
                _, firsts = self.runs(network, family, "-T")
                sequences = [packet.sequence for packets in firsts for packet in packets]
                self.assertEqual(len(set(sequences)), RUNS * 4, "first sequence numbers are repeated")
                if family == 4:
                    ids = [tuple(packet.identification for packet in packets) for packets in firsts]
                    self.assertEqual(len(set(ids)), RUNS, f"first ids are repeated: {ids}")

    def test_share_no_token(self):
        with Network("line") as network:
            for family in (4, 6):
                every, _ = self.runs(network, family, "-U")
                tokens = [packet.segment[8:16] for packets in every for packet in packets]
                self.assertGreaterEqual(len(tokens), RUNS * 4 * 4)
                self.assertEqual(len(set(tokens)), len(tokens), "tokens are repeated")


class ReplyToAnEarlierRun(harness.LabTest):
    """Every reply to one run is sent once more while the next run probes from the same ports."""

    def replay(self, network, family, flag, kind, node):
        source, target = network.source(family), network.target(family)
        with capture.Capture(network) as tap:
            self.etr(network, flag, "-P", "2", "-c", "2", "-d", "200ms", "-t", "150ms", target)
        answers = [packet for probe in capture.probes(tap.packets, source) for _, packet in probe.answers
                   if packet.protocol == kind]
        self.assertTrue(answers)
        domain = socket.AF_INET if family == 4 else socket.AF_INET6
        sender = network.socket(node, domain, socket.SOCK_RAW, kind)
        running = harness.RunningEtr(network, flag, "-P", "2", "-c", "6", "-d", "300ms", "-t", "250ms",
                                     "--set", "sink.ndjson.events=true", target)
        found, events = [], []
        for line in running.lines():
            document = json.loads(line)
            (events if "type" in document else found).append(document)
            if len(found) == 2 and "type" not in document:  # Every hop of both flows has replied.
                for packet in answers:
                    sender.sendto(packet.segment, (source, 0))
        status, errors = running.end()
        self.assertEqual(status, 0, errors)
        self.assert_true_paths(network, found, flows=2, rounds=6)
        rejections = [event for event in events if event.get("event") == "rejected"]
        self.assertEqual(sum(event["count"] for event in rejections), len(answers), rejections)

    def test_is_rejected_if_a_router_sent_it(self):
        with Network("line") as network:
            for flag in ("-T", "-U"):
                self.replay(network, 4, flag, socket.IPPROTO_ICMP, "r1")

    def test_is_rejected_if_the_target_sent_it(self):
        with Network("line") as network:
            self.replay(network, 4, "-T", socket.IPPROTO_TCP, TARGET)


if __name__ == "__main__":
    harness.main()
