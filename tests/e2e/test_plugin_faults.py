#!/usr/bin/python3
"""Plugins that misbehave, in the program itself: on a simulated network in real time, so that neither root nor a lab
is needed. The plugins are those of tests/plugin/fixtures."""
import os
import signal
import time
import unittest

from simulated import ETR, FIXTURES, SimulatedRun
from waiting import SLACK

MISBEHAVING = ("--plugin-path", os.path.join(os.path.dirname(FIXTURES), "misbehaving"))


class Interrupted(SimulatedRun):
    """A signal ends the run, whatever a plugin is doing."""

    def test_a_thread_of_a_library_takes_no_signal(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                path = self.path("records.ndjson")
                with open(path, "w", encoding="ascii") as file:
                    etr = self.start("-J", *MISBEHAVING, "--sink", "threaded", stdout=file)
                self.wait_for_size(path, 1)
                began = time.monotonic()
                etr.send_signal(number)
                _, errors = etr.communicate(timeout=10)
                self.assertLess(time.monotonic() - began, 0.5 + SLACK)
                self.assertEqual((etr.returncode, self.complaints(errors)), (0, []))
                with open(path, encoding="utf-8") as file:
                    self.assertGreater(len(self.assert_records(file.read())), 0)


if __name__ == "__main__":
    if not os.access(ETR, os.X_OK):
        raise SystemExit(f"no etr at '{ETR}'; set ETR")
    unittest.main(verbosity=2)
