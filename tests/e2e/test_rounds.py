#!/usr/bin/python3
"""What changes from round to round: a target that goes dark, loss, rate limits, paths that grow and shrink."""
import collections
import itertools
import os
import subprocess
import tempfile
import time

import harness
import topologies
from network import OPEN_UDP_PORT, Network


class Dark(harness.LabTest):
    """A round shows its own replies, and no older ones (defects A1, A2 of the Go etr)."""

    def test_a_dark_target_is_not_reached_and_shows_no_stale_reply(self):
        for family, flag in ((4, "-T"), (6, "-U")):
            with self.subTest(family=family, flag=flag), Network("two-way") as network:
                etr = harness.RunningEtr(network, flag, "-P", "8", "-c", "24", "-d", "200ms", "-t", "150ms",
                                        network.target(family))
                found = []
                dark = lit = None
                for line in etr.lines():
                    found += harness.records.parse(line)[0]
                    if dark is None and found[-1]["probe_num"] == 4:
                        network.darken(topologies.TARGET)
                        dark = time.time_ns()
                    if dark is not None and lit is None and found[-1]["probe_num"] == 12:
                        lightened = time.time_ns()
                        network.lighten(topologies.TARGET)
                        lit = time.time_ns()
                status, errors = etr.end()
                self.assertEqual(status, 0, errors)
                phases = collections.Counter()
                for record in found:
                    started, ended = harness.nanoseconds(record["started"]), harness.nanoseconds(record["timestamp"])
                    if ended < dark - 10**7 or started > lit + 10**7:
                        phases["lit"] += 1
                        self.assertTrue(record["reached_dest"], record)
                        self.assertEqual([hop["timeout"] for hop in record["hops"]], [False] * 4, record)
                    elif started > dark + 2 * 10**8 and ended < lightened - 10**7:
                        phases["dark"] += 1
                        self.assertFalse(record["reached_dest"], record)
                        self.assertEqual([hop["timeout"] for hop in record["hops"][:3]], [False] * 3, record)
                        for hop in record["hops"][3:]:
                            self.assertEqual((hop["timeout"], hop["ip"], hop["rtt"]), (True, "", 0), record)
                        self.assertGreaterEqual(len(record["hops"]), 4)
                self.assertGreater(phases["dark"], 20)
                self.assertGreater(phases["lit"], 60)
                self.assertEqual(len({record["path_id"] for record in found if record["probe_id"] == 0}), 1)


class Loss(harness.LabTest):

    def test_loss_on_a_link_never_changes_a_path(self):
        """Defect A8 of the Go etr. 20 % for 200 rounds: once every hop of a flow has replied, path_id and path_hash
        are constant, and no change of path is reported. Before, a path with gaps may fit another flow's."""
        for family in (4, 6):
            with self.subTest(family=family), Network("nested-lossy") as network:
                found, others = self.etr(network, "-P", "12", "-c", "200", "-d", "60ms", "-t", "50ms", "--rate", "0",
                                         "--set", "sink.ndjson.events=true", network.target(family), timeout=90)
                self.assert_true_paths(network, found, rounds=200, flows=12)
                lost = sum(hop["timeout"] for record in found for hop in record["hops"])
                self.assertGreater(lost, 0)
                self.assertNotIn("path-change", [line.get("event") for line in others])
                for flow, records_ in itertools.groupby(sorted(found, key=lambda r: (r["probe_id"], r["probe_num"])),
                                                        key=lambda r: r["probe_id"]):
                    heard, paths = set(), set()
                    for record in records_:
                        heard |= {hop["ttl"] for hop in record["hops"] if not hop["timeout"]}
                        if len(heard) == 5:
                            paths.add((record["path_knowledge"], record["path_id"], record["path_hash"]))
                    self.assertEqual(len(paths), 1, f"flow {flow}")
                    self.assertEqual(paths.pop()[0], "whole", f"flow {flow}")

    def test_hops_beyond_a_lossy_link_are_lossy_and_others_are_not(self):
        with Network("lossy") as network:
            found, _ = self.etr(network, "-P", "8", "-c", "60", "-d", "100ms", "-t", "80ms", "--rate", "0",
                                network.target(4))
            classes = _last_classes(found)
        for ttl in (1, 2):
            self.assertEqual(set(classes[ttl]), {"answering"}, ttl)
        for ttl in (3, 4, 5):
            self.assertEqual(set(classes[ttl]), {"lossy"}, ttl)

    def test_a_silent_hop_is_silent_and_not_lossy(self):
        with Network("silent") as network:
            found, _ = self.etr(network, "-P", "4", "-c", "12", "-d", "120ms", "-t", "100ms", network.target(4))
            self.assert_true_paths(network, found, flows=4, rounds=12)
            classes = _last_classes(found)
        self.assertEqual(set(classes[2]), {"silent"})
        for ttl in (1, 3, 4, 5):
            self.assertEqual(set(classes[ttl]), {"answering"}, ttl)


class Limits(harness.LabTest):

    def test_a_rate_limited_router_is_limited_not_lossy(self):
        """Linux's own limit: 1 per s for IPv4, 10 per s for IPv6; a burst of 6."""
        for family, interval, rounds in ((4, "500ms", "30"), (6, "150ms", "60")):
            with self.subTest(family=family), Network("limited") as network:
                found, _ = self.etr(network, "-P", "5", "-c", rounds, "-d", interval, "-t", "140ms",
                                    network.target(family))
                self.assert_true_paths(network, found, flows=5, rounds=int(rounds))
                classes = _last_classes(found)
                self.assertEqual(set(classes[2]), {"limited"})
                for ttl in (1, 3, 4, 5):
                    self.assertEqual(set(classes[ttl]), {"answering"}, ttl)
                self.assertEqual(len({record["path_id"] for record in found}), 1)


def _last_classes(found):
    """{TTL: [class that each flow's last record gives it]}."""
    last = max(record["probe_num"] for record in found)
    classes = collections.defaultdict(list)
    for record in found:
        if record["probe_num"] == last:
            for hop in record["hops"]:
                classes[hop["ttl"]].append(hop["class"])
    return classes


class Reroute(harness.LabTest):
    """The path grows and shrinks while it is watched (defects A5, A6, A7 of the Go etr)."""

    def test_growth_and_shrinkage_are_followed_within_a_round(self):
        for family, flag in ((4, "-T"), (6, "-U")):
            with self.subTest(family=family, flag=flag), Network("unequal") as network:
                network.steer("r1", "a")
                short = self._path(network, family, flag)
                network.steer("r1", "b1")
                long = self._path(network, family, flag)
                self.assertEqual((len(short), len(long)), (4, 5))
                network.steer("r1", "a")
                etr = harness.RunningEtr(network, flag, "-P", "4", "-c", "30", "-d", "200ms", "-t", "150ms",
                                        network.target(family))
                found, moves = [], {8: "b1", 18: "a"}
                at = []
                for line in etr.lines():
                    found += harness.records.parse(line)[0]
                    if found[-1]["probe_num"] in moves:
                        network.steer("r1", moves.pop(found[-1]["probe_num"]))
                        at.append(time.time_ns())
                status, errors = etr.end()
                self.assertEqual(status, 0, errors)
                round_ns = 2 * 10**8
                for record in found:
                    started, ended = harness.nanoseconds(record["started"]), harness.nanoseconds(record["timestamp"])
                    addresses = [hop["ip"] for hop in record["hops"]]
                    if ended < at[0] - 5 * 10**7 or started > at[1] + 2 * round_ns:
                        self.assertEqual(addresses, short, record)
                    elif started > at[0] + 2 * round_ns and ended < at[1] - 5 * 10**7:
                        self.assertEqual(addresses, long, record)
                ids = [{record["path_id"] for record in found if record["probe_num"] == round_}
                       for round_ in (6, 16, 28)]
                self.assertEqual([len(group) for group in ids], [1, 1, 1], ids)
                self.assertNotEqual(ids[0], ids[1])
                self.assertEqual(ids[0], ids[2], "a path that comes back is the same path")

    def _path(self, network, family, flag):
        port = 443 if flag == "-T" else 33434
        protocol = "tcp" if flag == "-T" else "udp"
        return harness.truth.paths(network, family, protocol, [harness.SOURCE_PORT], port)[harness.SOURCE_PORT]


class Flap(harness.LabTest):
    """All flows move between two branches every 0.7 s."""

    def test_records_events_and_report_follow_a_flapping_route(self):
        with Network("nested") as network, tempfile.TemporaryDirectory() as folder:
            family, flows, branches = 4, 8, ("a0", "a1")
            true_paths = {}
            for branch in branches:
                network.steer("r1", branch)
                true_paths[branch] = harness.truth.paths(
                    network, family, "tcp", [harness.SOURCE_PORT + i for i in range(flows)], 443)
            log = os.path.join(folder, "run.ndjson")
            etr = network.start([harness.ETR, "-n", "-T", "--view", "plain", "--sink", f"ndjson:path={log},events=true",
                                 "-P", str(flows), "-d", "500ms", "-t", "300ms", "-c", "30", network.target(family)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            switches = []  # (before, after, branch)
            begin, turn = time.monotonic(), 0
            while time.monotonic() < begin + 15:
                turn += 1
                before = time.time_ns()
                network.steer("r1", branches[turn % 2])
                switches.append((before, time.time_ns(), branches[turn % 2]))
                time.sleep(max(0.0, begin + 0.7 * turn - time.monotonic()))
            report, errors = etr.communicate(timeout=20)
            self.assertEqual(etr.returncode, 0, errors)
            with open(log, encoding="utf-8") as file:
                found, others = harness.records.parse(file.read())

            names = {}  # (port, branch) -> ids and hashes
            judged = 0
            for record in found:
                started, ended = harness.nanoseconds(record["started"]), harness.nanoseconds(record["timestamp"])
                calm = [branch for (_, after, branch), (before, _, _) in zip(switches, switches[1:])
                        if after < started and ended < before]
                if not calm:
                    continue
                judged += 1
                path = true_paths[calm[0]][record["source_port"]]
                self.assertEqual([], harness.records.differences(record, path, True), record)
                names.setdefault(tuple(path), set()).add((record["path_id"], record["path_hash"]))
            self.assertGreater(judged, len(found) / 3)
            self.assertEqual({len(ids) for ids in names.values()}, {1}, names)
            self.assertEqual(len({ids for group in names.values() for ids in group}), len(names))

            changes = [line for line in others if line.get("event") == "path-change"]
            rates = [line["changes_per_second"] for line in changes if "changes_per_second" in line]
            self.assertTrue(rates, changes)
            for rate in rates:
                self.assertTrue(0.8 < rate < 2, rates)
            for line in changes:
                self.assertNotEqual(line["old_path_hash"], line["new_path_hash"])
                self.assertTrue(line["changed_hops"])
            for group in names.values():
                self.assertIn(next(iter(group))[1][:8], report)


class OpenService(harness.LabTest):

    def test_a_udp_service_that_answers_is_reached(self):
        """Defect A15 of the Go etr, docs/compatibility.md."""
        for family in (4, 6):
            with self.subTest(family=family), Network("line") as network:
                network.answer_udp(size=300)
                found, _ = self.etr(network, "-U", "-p", str(OPEN_UDP_PORT), "-P", "4", "-c", "4", "-d", "200ms",
                                    "-t", "150ms", network.target(family))
                self.assert_true_paths(network, found, flows=4, rounds=4)


if __name__ == "__main__":
    harness.main()
