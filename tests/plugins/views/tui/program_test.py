"""etr itself in a pseudo-terminal, on a simulated network: the view that people get by default."""

import json
import os
import signal
import sys
import tempfile
import termios
import unittest

try:
    import pyte  # noqa: F401
except ImportError:
    print("skipped: needs python3-pyte")
    sys.exit(77)

from terminal_session import Session

ETR = os.environ["ETR"]
NETWORK = os.path.join(os.environ["ETR_SOURCE_DIR"], "examples", "networks", "demo.toml")
LEAVE = b"\x1b[?1049l"


def start(*options):
    return Session([ETR, "--simulate", NETWORK, "-P", "8", "-d", "300ms", *options, "web"],
                   columns=110, rows=30)


class Program(unittest.TestCase):
    def left_in_order(self, etr):
        self.assertEqual(etr.modes(), etr.modes_before)
        table = etr.raw[etr.raw.rindex(LEAVE):]
        self.assertIn(b"www.shop.example", table)
        self.assertIn(b"probes sent", table)

    def test_shows_paths_as_they_are_found(self):
        with start() as etr:
            etr.wait_for("ECMP Traceroute to web (203.0.113.80) | Protocol: TCP | Port: 443")
            etr.wait_for("Summary (8 probes")
            etr.wait_for("www.shop.example (203.0.113.80)")
            etr.press("2")
            etr.wait_for("unique of 8 flows)")
            etr.press("3")
            etr.wait_for("bras1.fra.isp.example")
            etr.press("4")
            etr.wait_for("History of flow #0")
            etr.press("q")
            self.assertEqual(etr.finish(), 0)
            self.left_in_order(etr)

    def test_obeys_commands(self):
        with start() as etr:
            etr.wait_for("www.shop.example")
            etr.press("p")
            etr.wait_for("PAUSED")
            etr.press("p")
            etr.wait(lambda: "PAUSED" not in etr.text, "going on")
            etr.press("+")
            etr.wait_for("every 500ms")
            etr.press("r")
            etr.wait_for("statistics reset")

    def test_leaves_in_order_whatever_ends_it(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number), start() as etr:
                etr.wait_for("www.shop.example")
                os.kill(etr.pid, number)
                etr.finish()
                self.left_in_order(etr)

    def test_leaves_in_order_after_the_last_round(self):
        """etr defect A21."""
        with start("-c", "2") as etr:
            self.assertEqual(etr.finish(), 0)
            self.left_in_order(etr)

    def test_leaves_the_mouse_to_the_terminal(self):
        """etr defect A24: it took the mouse for nothing, and nobody could copy an address."""
        with start() as etr:
            etr.wait_for("www.shop.example")
            etr.press("q")
            self.assertEqual(etr.finish(), 0)
            self.assertNotRegex(etr.raw, rb"\x1b\[\?(?:9|100[0-6]|1015|1016)(?:;[0-9;]*)?h")

    def test_leaves_a_usable_terminal_when_it_crashes(self):
        with start() as etr:
            etr.wait_for("www.shop.example")
            os.kill(etr.pid, signal.SIGSEGV)
            self.assertEqual(etr.finish(), -signal.SIGSEGV)
            self.assertIn(LEAVE, etr.raw)
            self.assertEqual(etr.modes(), etr.modes_before)

    def test_stops_and_comes_back(self):
        with start() as etr:
            etr.wait_for("www.shop.example")
            etr.press("\x1a")
            etr.wait_for_stop()
            self.assertTrue(etr.modes()[3] & termios.ECHO)
            seen = len(etr.raw)
            os.kill(etr.pid, signal.SIGCONT)
            etr.wait(lambda: b"www.shop.example" in etr.raw[seen:], "the screen again")
            etr.press("q")
            self.assertEqual(etr.finish(), 0)

    def test_writes_records_beside_the_screen(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "paths.ndjson")
            with start("-j", file) as etr:
                etr.wait_for("www.shop.example")
                etr.press("q")
                self.assertEqual(etr.finish(), 0)
            with open(file, encoding="utf-8") as lines:
                self.assertTrue([json.loads(line) for line in lines])


if __name__ == "__main__":
    unittest.main(verbosity=1)
