#!/usr/bin/python3
"""The end of a run: signals, closed pipes, full files. All records written are whole."""
import os
import signal
import subprocess
import tempfile
import time

import harness
from capture import Arrivals
from network import Network
from waiting import SLACK, until

ENDLESS = {"-P": "16", "-d": "200ms", "-t": "150ms"}


def endless(**changes):
    """The flags of an endless run."""
    values = ENDLESS | {"-" + letter: value for letter, value in changes.items()}
    return [word for pair in values.items() for word in pair]


class Leaving(harness.LabTest):

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network("nested"))

    def leave(self, number, after, *flags, **changes):
        """Signals etr that long after its first record; returns status, time to exit, output, errors."""
        etr = harness.RunningEtr(self.network, *endless(**changes), *flags, self.network.target(4))
        lines = etr.lines()
        text = next(lines)
        time.sleep(after)
        began = time.monotonic()
        etr.signal(number)
        status, errors = etr.end()
        took = time.monotonic() - began
        return status, took, text + "".join(lines), errors

    def test_a_signal_ends_the_run_in_time_with_whole_records(self):
        """Defect B8 of the Go etr, docs/compatibility.md."""
        for number in (signal.SIGINT, signal.SIGTERM):
            for after in (0.0, 0.07, 0.15, 0.31):
                with self.subTest(signal=number, after=after):
                    status, took, text, errors = self.leave(number, after)
                    self.assertEqual(status, 0, errors)
                    self.assertLess(took, 0.5 + SLACK)
                    self.assertTrue(text.endswith("\n"))
                    found, _ = harness.records.parse(text)
                    self.assert_valid(found)
                    self.assert_true_paths(self.network, [record for record in found if record["complete"]])

    def test_the_cut_round_is_written_and_marked(self):
        """Defect A20 of the Go etr: interrupted while the answers of a dark target are still awaited."""
        self.network.darken("dst")
        self.addCleanup(self.network.lighten, "dst")
        arrivals = Arrivals(self.network, "dst")
        etr = harness.RunningEtr(self.network, *endless(P="4", t="5s", d="6s"), self.network.target(4))
        arrivals.wait_for(flows=4, probes=2)
        began = time.monotonic()
        etr.signal(signal.SIGINT)
        status, errors = etr.end()
        self.assertEqual(status, 0, errors)
        self.assertLess(time.monotonic() - began, 0.5 + SLACK)
        found, _ = harness.records.parse("".join(etr.lines()))
        self.assert_true_paths(self.network, found, complete=False, flows=4, rounds=1)
        self.assertEqual({record["complete"] for record in found}, {False})
        for record in found:
            self.assertEqual([hop["verdict"] for hop in record["hops"][:4]], ["answered"] * 4)
            self.assertIn("cut", {hop["verdict"] for hop in record["hops"][4:]})

    def test_a_closed_pipe_ends_the_run_quietly(self):
        command = " ".join([harness.ETR, "-J", "-n", *endless(), self.network.target(4)])
        began = time.monotonic()
        done = self.network.run(["bash", "-c", f"{command} | head -3; echo ${{PIPESTATUS[0]}}"], capture_output=True,
                                text=True, timeout=20, check=False)
        *lines, status = done.stdout.splitlines()
        self.assertEqual(len(harness.records.parse("\n".join(lines))[0]), 3)
        self.assertEqual(status, "141")
        self.assertEqual(done.stderr, "")
        self.assertLess(time.monotonic() - began, 5)

    def test_a_full_disk_is_one_message_and_a_non_zero_status(self):
        done = self.network.run([harness.ETR, "-n", "-c", "3", "-P", "4", "-d", "200ms", "-t", "150ms", "-j", "/dev/full",
                                 "--view", "plain", self.network.target(4)], capture_output=True, text=True, timeout=20,
                                check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/dev/full", done.stderr)
        self.assertIn("no space left", done.stderr.lower())

    def test_many_flows_and_an_interrupt_do_not_hang(self):
        """Defect B4 of the Go etr, docs/compatibility.md."""
        status, took, text, _ = self.leave(signal.SIGINT, 0.1, "-i", "0", "--rate", "0", P="150")
        self.assertEqual(status, 0)
        self.assertLess(took, 0.5 + SLACK)
        harness.records.parse(text)

    def test_a_file_sink_is_whole_after_kill(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "paths.ndjson")
            etr = self.network.start([harness.ETR, "-n", *endless(), "-j", path, "--view", "plain",
                                      self.network.target(4)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            until(lambda: os.path.exists(path) and os.path.getsize(path) > 20000, "20 kB are written")
            etr.kill()
            etr.wait()
            with open(path, encoding="utf-8") as file:
                complete = file.read().rpartition("\n")[0]
            self.assertGreater(len(harness.records.parse(complete)[0]), 10)


if __name__ == "__main__":
    harness.main()
