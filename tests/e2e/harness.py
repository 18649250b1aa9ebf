"""Shared by the end-to-end tests: skipping where there is no lab, running etr, reading its records."""
import calendar
import functools
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

import namespaces
import records
import truth

SKIPPED = 77
ETR = os.environ.get("ETR", "etr")
SOURCE_PORT = 50000
FLOWS = 64


class LabTest(unittest.TestCase):
    """A test in the lab; its networks are removed at its end."""
    maxDiff = None

    def etr(self, network, *flags, timeout=60):
        """Runs etr headless to its end; returns (path records, other lines). It must succeed."""
        done = run_etr(network, *flags, timeout=timeout)
        self.assertEqual(done.returncode, 0, f"etr {' '.join(flags)}:\n{done.stderr}")
        return records.parse(done.stdout)

    def assert_true_paths(self, network, found, complete=None, flows=FLOWS, rounds=None):
        """Every record agrees with the kernels' routes for its flow; every flow has a record per round."""
        self.assertTrue(found, "no records")
        complete = network.topology.flawless if complete is None else complete
        first = found[0]
        family = 6 if ":" in first["destination_ip"] else 4
        paths = truth.paths(network, family, first["protocol"], sorted({record["source_port"] for record in found}),
                            first["destination_port"])
        wrong = [text for record in found
                 for text in records.differences(record, paths[record["source_port"]], complete)]
        if wrong:
            self.fail(f"{len(wrong)} differences in {len(found)} records:\n  " + "\n  ".join(wrong[:20]))
        if rounds is not None:
            cells = [(record["probe_num"], record["probe_id"]) for record in found]
            self.assertEqual(sorted(cells), [(round_, flow) for round_ in range(rounds) for flow in range(flows)])
        return paths


    def assert_valid(self, found):
        """Every record matches docs/record.schema.json."""
        for record in found:
            errors = [error.message for error in _schema().iter_errors(record)]
            self.assertEqual(errors, [], json.dumps(record))


@functools.cache
def _schema():
    import jsonschema  # python3-jsonschema; only what validates needs it
    with open(os.path.join(os.path.dirname(__file__), "../../docs/record.schema.json"), encoding="utf-8") as file:
        return jsonschema.Draft7Validator(json.load(file))


def run_etr(network, *flags, timeout=60):
    return network.run([ETR, "-J", "-n", *flags], capture_output=True, text=True, timeout=timeout, check=False,
                       stdin=subprocess.DEVNULL)


class RunningEtr:
    """etr in the source; its output is read as it is written."""

    def __init__(self, network, *flags):
        self.process = network.start([ETR, "-J", "-n", *flags], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
        self._lines = queue.SimpleQueue()
        self._errors = []
        self._readers = [threading.Thread(target=self._read_lines), threading.Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read_lines(self):
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self):
        self._errors.append(self.process.stderr.read())

    def lines(self, timeout=60):
        """Yields each line of output as it is written, to the end."""
        deadline = time.monotonic() + timeout
        while (line := self._lines.get(timeout=max(0.0, deadline - time.monotonic()))) is not None:
            yield line

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, timeout=10):
        """Waits for the end; returns the exit status and standard error."""
        status = self.process.wait(timeout)
        for reader in self._readers:
            reader.join()
        return status, "".join(self._errors)


def main(needs_etr=True):
    """Runs the tests of a file; exits 77 with the reason where they cannot run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    reason = namespaces.why_impossible()
    if reason is None and needs_etr and not os.access(ETR, os.X_OK):
        reason = f"no etr at '{ETR}'; set ETR"
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    result = unittest.main(verbosity=2, exit=False).result
    sys.exit(SKIPPED if result.skipped and not result.testsRun else int(not result.wasSuccessful()))


def nanoseconds(text):
    """Nanoseconds since the epoch of an RFC 3339 time."""
    match = re.fullmatch(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(?:\.(\d+))?Z", text)
    if not match:
        raise ValueError(f"not an RFC 3339 time in UTC: {text}")
    whole = calendar.timegm(tuple(int(part) for part in match.groups()[:6]) + (0, 0, 0))
    return whole * 10**9 + int((match.group(7) or "0").ljust(9, "0")[:9])
