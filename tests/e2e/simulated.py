"""Shared by the end-to-end tests that need no laboratory: etr on a simulated network in real time, and its records."""
import json
import os
import re
import subprocess
import tempfile
import unittest

from waiting import until

ETR = os.environ.get("ETR", "etr")
FIXTURES = os.environ.get("ETR_FIXTURE_DIR", "")

NETWORK = """
seed = 5
[source]
address = "192.0.2.1"
next = ["r1"]
[[router]]
id = "r1"
address = "10.0.1.1"
next = ["m[1-4]"]
[[router]]
id = "m[1-4]"
address = "10.0.2.{1}"
next = ["r3"]
[[router]]
id = "r3"
address = "10.0.3.1"
next = ["target"]
[[target]]
id = "target"
address = "203.0.113.9"
tcp = "open"
"""
TARGET = "203.0.113.9"
FAST = ("-n", "-P", "8", "-d", "50ms", "-t", "40ms", "-i", "0", "--rate", "0")


class SimulatedRun(unittest.TestCase):
    """A test that runs etr on that network."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.network = self.path("network.toml")
        with open(self.network, "w", encoding="ascii") as file:
            file.write(NETWORK)

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, *flags):
        return [ETR, *FAST, "--simulate", self.network, *flags, TARGET]

    def start(self, *flags, **options):
        etr = subprocess.Popen(self.command(*flags), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               **{"stdout": subprocess.PIPE, **options})
        self.addCleanup(self.end, etr)
        return etr

    @staticmethod
    def end(etr):
        if etr.poll() is None:
            etr.kill()
            etr.wait()
        for stream in (etr.stdout, etr.stderr):
            if stream:
                stream.close()

    def run_etr(self, *flags, **options):
        return subprocess.run(self.command(*flags), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
                              check=False, **options)

    @staticmethod
    def wait_for_size(path, size):
        until(lambda: os.path.exists(path) and os.path.getsize(path) >= size, f"{path} has {size} octets")

    def assert_records(self, text):
        """Every line is a record, and every record is true; each flow's rounds follow each other without a gap."""
        self.assertTrue(text == "" or text.endswith("\n"), text[-200:])
        found = [json.loads(line) for line in text.splitlines()]
        rounds = {}
        for record in found:
            self.assertEqual(record["probe_num"], rounds.get(record["probe_id"], 0), record)
            rounds[record["probe_id"]] = record["probe_num"] + 1
            if record["complete"]:
                self.assertEqual([hop["verdict"] for hop in record["hops"]], ["answered"] * 4, record)
                self.assertTrue(record["reached_dest"])
        return found

    @staticmethod
    def complaints(text):
        """The lines of standard error, without the notes on a run as plain root."""
        return [line for line in text.partition("--written--")[0].splitlines() if not re.search("run(ning|s) as root", line)]
