"""A run with faults: it goes on, reports them, and every record stays true."""
import json
import os
import tempfile

import harness

FLAGS = ("-P", "4", "-d", "200ms", "-t", "150ms")
FLOWS = 4


class Watching(harness.LabTest):

    def watch(self, network, family, count, faults, *flags):
        """Runs etr for `count` rounds; calls faults[n](etr) when round n is first seen. Returns the records, one for
        each flow and round, and the other lines: events and the summary."""
        faults = dict(faults)
        with tempfile.TemporaryDirectory() as folder:
            told = os.path.join(folder, "told.ndjson")
            etr = harness.RunningEtr(network, *FLAGS, "-c", str(count), "--sink", f"ndjson:path={told},events=true", *flags,
                                     network.target(family))
            found = []
            for line in etr.lines():
                paths, _ = harness.records.parse(line)
                found += paths
                if paths and paths[0]["probe_num"] in faults:
                    faults.pop(paths[0]["probe_num"])(etr)
            status, errors = etr.end()
            self.assertEqual(status, 0, errors)
            with open(told, encoding="utf-8") as file:
                others = [line for line in map(json.loads, file) if "type" in line]
        self.assertEqual(sorted((record["probe_num"], record["probe_id"]) for record in found),
                         [(round_, flow) for round_ in range(count) for flow in range(FLOWS)])
        return found, others

    def watch_true(self, network, family, count, faults, *flags):
        """The same, where the faults change no path: every address is the true one."""
        found, others = self.watch(network, family, count, faults, *flags)
        self.assert_true_paths(network, found, complete=False, flows=FLOWS)
        return found, others

    def assert_healthy(self, found, rounds, hops=4):
        for record in found:
            if record["probe_num"] in rounds:
                self.assertTrue(record["reached_dest"], record)
                self.assertEqual([hop["verdict"] for hop in record["hops"]], ["answered"] * hops, record)

    def verdicts(self, found, rounds):
        """All verdicts of the given rounds."""
        return {hop["verdict"] for record in found if record["probe_num"] in rounds for hop in record["hops"]}

    def assert_told(self, others, text):
        self.assertTrue([line for line in others if text in line.get("text", "")],
                        f"'{text}' is not reported; but {[line.get('text') for line in others]}")
