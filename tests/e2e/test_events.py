#!/usr/bin/python3
"""Typed lines: late and duplicate replies change no verdict and are reported as such."""
import harness
from network import Network

EVENTS = ("--set", "sink.ndjson.events=true")


class Events(harness.LabTest):

    def traced(self, network, *flags):
        """Records, {(event, flow, round, TTL, address): rtt_ns} and the summary line."""
        found, others = self.etr(network, *EVENTS, *flags)
        self.assertEqual((others[0]["type"], others[-1]["type"]), ("run", "summary"))
        answers = [line for line in others if line["type"] == "event" and line["event"] in ("late", "duplicate")]
        events = {(line["event"], line["probe_id"], line["probe_num"], line["ttl"], line["ip"]): line["rtt_ns"]
                  for line in answers}
        self.assertEqual(len(events), len(answers), "a reply was reported twice")
        return found, events, others[-1]

    def test_a_reply_after_the_timeout_is_late_and_its_probe_lost(self):
        """Defect A10 of the Go etr. The fourth hop and the target answer after 200 ms; the timeout is 100 ms."""
        with Network("slow") as network:
            for family, flag in ((4, "-T"), (6, "-U")):
                with self.subTest(family=family):
                    found, events, summary = self.traced(network, flag, "-P", "2", "-c", "4", "-d", "600ms", "-t", "100ms",
                                                         "-m", "5", network.target(family))
                    paths = self.assert_true_paths(network, found, complete=False, flows=2, rounds=4)
                    for record in found:
                        self.assertEqual([hop["timeout"] for hop in record["hops"]], [False] * 3 + [True] * 2, record)
                        for hop in record["hops"]:
                            address = paths[record["source_port"]][hop["ttl"] - 1]
                            key = ("late", record["probe_id"], record["probe_num"], hop["ttl"], address)
                            if not hop["timeout"]:
                                self.assertNotIn(key, events)
                            elif record["probe_num"] < 3:  # those of the last round come when the run is over
                                self.assertGreater(events[key], 200_000_000)
                    self.assertEqual(summary["late"], len(events))

    def test_a_second_answer_is_a_duplicate_and_counts_once(self):
        """Defect A10 of the Go etr, docs/compatibility.md."""
        with Network("twice") as network:
            for family, flag in ((4, "-U"), (6, "-U"), (4, "-T"), (6, "-T")):
                with self.subTest(family=family, flag=flag):
                    found, events, summary = self.traced(network, flag, "-p", "80", "-P", "2", "-c", "4", "-d", "200ms",
                                                         "-t", "150ms", network.target(family))
                    self.assert_true_paths(network, found, flows=2, rounds=4)
                    expected = {("duplicate", record["probe_id"], record["probe_num"], hop["ttl"], hop["ip"])
                                for record in found for hop in record["hops"]}
                    # The very last one may arrive after the end of the run.
                    self.assertLessEqual(set(events), expected)
                    self.assertGreaterEqual(len(events), len(expected) - 1)
                    self.assertEqual(summary["duplicates"], len(events))
                    self.assertEqual(summary["replies"], len(expected))


if __name__ == "__main__":
    harness.main()
