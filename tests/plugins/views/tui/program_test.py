"""etr itself in a pseudo-terminal on a simulated network, with its default view."""

import json
import os
import re
import signal
import statistics
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


LOSSLESS = os.path.join(os.environ["ETR_SOURCE_DIR"], "examples", "networks", "nested4x4.toml")
PLUGINS = os.environ["ETR_TEST_PLUGINS"]


def start(*options, **settings):
    return Session([ETR, "--simulate", NETWORK, "-P", "8", "-d", "300ms", *options, "web"],
                   **{"columns": 110, "rows": 30, **settings})


def write_pipeline(folder, *view):
    """Writes a pipeline file whose view is the tui with these option lines."""
    path = os.path.join(folder, "pipeline.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(['[prober]', 'use = "tcp-syn"', '[hasher]', 'use = "crc32"',
                              '[view]', 'use = "tui"', *view]) + "\n")
    return path


class Program(unittest.TestCase):
    def assert_restored(self, etr):
        self.assertEqual(etr.modes(), etr.modes_before)
        table = etr.raw[etr.raw.rindex(LEAVE):]
        self.assertIn(b"www.shop.example", table)
        self.assertIn(b"probes sent", table)

    def test_shows_paths_as_they_are_found(self):
        with start() as etr:
            etr.wait_for("ECMP Traceroute to web (203.0.113.80) | Protocol: TCP | Port: 443")
            etr.wait_for("Summary (8 flows")
            etr.wait_for("www.shop.example (203.0.113.80)")
            etr.press("2")
            etr.wait_for("unique of 8 flows)")
            etr.press("3")
            etr.wait_for("bras1.fra.isp.example")
            etr.press("4")
            etr.wait_for("History of flow #0")
            etr.press("q")
            self.assertEqual(etr.finish(), 0)
            self.assert_restored(etr)

    def test_carries_out_commands(self):
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

    def test_restores_the_terminal_however_it_ends(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number), start() as etr:
                etr.wait_for("www.shop.example")
                os.kill(etr.pid, number)
                etr.finish()
                self.assert_restored(etr)
        for key in ("q", "\x03", "\x1c"):
            with self.subTest(key), start() as etr:
                etr.wait_for("www.shop.example")
                etr.press(key)
                etr.finish()
                self.assert_restored(etr)

    def test_restores_the_terminal_after_the_last_round(self):
        """Defect A21 of the Go etr, docs/compatibility.md: nothing was left on the terminal after a run."""
        with start("-c", "2") as etr:
            self.assertEqual(etr.finish(), 0)
            self.assert_restored(etr)

    def test_leaves_the_mouse_to_the_terminal(self):
        """Defect A24 of the Go etr, docs/compatibility.md: it took the mouse, so that no text could be selected."""
        with start() as etr:
            etr.wait_for("www.shop.example")
            etr.press("q")
            self.assertEqual(etr.finish(), 0)
            self.assertNotRegex(etr.raw, rb"\x1b\[\?(?:9|100[0-6]|1015|1016)(?:;[0-9;]*)?h")

    def test_leaves_a_usable_terminal_when_it_crashes(self):
        for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT):
            with self.subTest(number), start() as etr:
                etr.wait_for("www.shop.example")
                os.kill(etr.pid, number)
                self.assertEqual(etr.finish(), -number)
                self.assert_usable(etr)

    def test_leaves_a_usable_terminal_when_the_view_crashes(self):
        for how, number in (("fault", signal.SIGSEGV), ("overflow", signal.SIGSEGV),
                            ("abort", signal.SIGABRT)):
            with self.subTest(how), start("--plugin-path", PLUGINS, "--view", "crashing",
                                          "--set", f"view.how={how}") as etr:
                self.assertEqual(etr.finish(), -number)
                self.assertIn(b"\x1b[?1049h", etr.raw)
                self.assertIn(b"Summary", etr.raw)
                self.assert_usable(etr)

    def test_leaves_a_usable_terminal_when_the_view_throws(self):
        with start("--plugin-path", PLUGINS, "--view", "crashing", "--set", "view.how=throw",
                   "-c", "2") as etr:
            self.assertEqual(etr.finish(), 1)
            self.assert_usable(etr)
            after = etr.raw[etr.raw.rindex(LEAVE):]
            self.assertIn(b"view 'crashing': tired of drawing", after)

    def assert_usable(self, etr):
        left = etr.raw.rindex(LEAVE)
        self.assertGreater(left, etr.raw.rindex(b"\x1b[?1049h"))
        self.assertIn(b"\x1b[?25h", etr.raw[etr.raw.rindex(b"\x1b[?25l"):], "the cursor shows")
        self.assertEqual(etr.modes(), etr.modes_before)

    def test_suspends_and_resumes(self):
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

    def test_a_terminal_that_goes_away_ends_it_and_the_records_are_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            file, errors = os.path.join(folder, "paths.ndjson"), os.path.join(folder, "errors")
            command = f"exec '{ETR}' --simulate '{NETWORK}' -P 8 -d 300ms -j '{file}' web 2>'{errors}'"
            with Session(["/bin/sh", "-c", command], columns=110, rows=30) as etr:
                etr.wait_for("www.shop.example")
                self.assertEqual(etr.hang_up(), 1)
            with open(errors, encoding="utf-8") as text:
                messages = text.read().splitlines()
            self.assertEqual(len(messages), 1, messages)
            self.assertIn("the terminal is gone", messages[0])
            with open(file, encoding="utf-8") as lines:
                cells = [(record["probe_id"], record["probe_num"]) for record in map(json.loads, lines)]
            self.assertGreaterEqual(len(cells), 8)
            for flow in range(8):  # from round 0 on, without a gap
                rounds = sorted(number for probe, number in cells if probe == flow)
                self.assertEqual(rounds, list(range(len(rounds))))

    def test_takes_its_options_from_the_pipeline_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = write_pipeline(folder, 'start = "graph"', 'names = "addresses"', 'theme = "light"')
            with start("--pipeline", file) as etr:
                etr.wait_for("Graph (8 flows")
                etr.wait_for("203.0.113.80")
                self.assertNotIn("www.shop.example", etr.text)
                self.assertIn(b"38;5;29", etr.raw, "the green of the light theme")
                self.assertNotIn(b"38;5;78", etr.raw, "that of the dark one")
            file = write_pipeline(folder, 'columns = "LSQ"', 'colours = false', 'ascii = true')
            with start("--pipeline", file) as etr:
                etr.wait_for("P95")
                self.assertNotIn("Jttr", etr.text)
                self.assertNotIn("Worst", etr.text)
                self.assertNotIn(b"\x1b[38;5;", etr.raw)
                self.assertFalse([octet for octet in etr.raw if octet >= 128])

    def test_refreshes_no_more_often_than_the_option_says(self):
        with tempfile.TemporaryDirectory() as folder:
            file = write_pipeline(folder, 'refresh = "1h"')
            records = os.path.join(folder, "records")
            with start("--pipeline", file, "-j", records) as etr:
                etr.wait_for("? help")
                seen = len(etr.raw)

                def enough():
                    with open(records, encoding="utf-8") as lines:
                        return len(lines.readlines()) >= 40
                etr.wait(lambda: os.path.exists(records) and enough(), "40 records")
                self.assertEqual(len(etr.raw), seen, "nothing drawn in the meantime")
                etr.press("j")
                etr.wait_for("► FLOW #1 ◄")
                etr.wait_for("www.shop.example")  # after a key press the newest state is drawn

    def test_names_the_option_with_an_invalid_value(self):
        with tempfile.TemporaryDirectory() as folder:
            for option, what in (('theme = "blue"', "option 'theme': 'blue' is not one of dark, light"),
                                 ('start = "x"', "is not one of flows, paths, graph, history, events"),
                                 ('names = "x"', "is not one of both, names, addresses"),
                                 ('columns = "LK"', "option 'columns': no such column: K"),
                                 ('refresh = 3', "refresh"),
                                 ('colour = true', "colours")):
                with self.subTest(option), \
                        start("--pipeline", write_pipeline(folder, option), columns=200) as etr:
                    self.assertEqual(etr.finish(), 1)
                    self.assertIn(what, etr.text)
                    self.assertNotIn(b"\x1b[?1049h", etr.raw, "before the screen is taken")

    def test_shows_the_numbers_of_the_records(self):
        """Compares the final table with figures computed from the records of the same run."""
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "records")
            with Session([ETR, "--simulate", LOSSLESS, "-P", "12", "-d", "200ms", "-c", "9", "-j", file,
                          "target"], columns=140, rows=50) as etr:
                self.assertEqual(etr.finish(), 0)
            with open(file, encoding="utf-8") as lines:
                records = [json.loads(line) for line in lines]
            table = etr.raw[etr.raw.rindex(LEAVE):].decode()
            shown = {}
            for line in table.splitlines():
                fields = line.replace("►", " ").split()
                if len(fields) == 11 and fields[0].startswith("#"):
                    shown[int(fields[0][1:])] = fields[1:]
            self.assertEqual(len(shown), 12)
            self.assertIn(f"{len({r['path_hash'] for r in records})} unique paths", table)
            for flow, fields in shown.items():
                mine = [record for record in records if record["probe_id"] == flow]
                rtts = [record["hops"][-1]["rtt_ns"] / 1e6 for record in mine]
                self.assertEqual(len(rtts), 9)
                jitter = 0
                for one, other in zip(rtts, rtts[1:]):
                    jitter += (abs(other - one) - jitter) / 16
                wanted = [str(mine[-1]["source_port"]), mine[-1]["path_hash"],
                          str(mine[-1]["hops"][-1]["ttl"]), "0.0%",
                          *(f"{number:.2f}" for number in (statistics.mean(rtts), min(rtts), max(rtts),
                                                           statistics.stdev(rtts), jitter)), "0"]
                for field, number in zip(fields, wanted):
                    if "." in number and "%" not in number:
                        self.assertAlmostEqual(float(field), float(number), delta=0.0101)
                    else:
                        self.assertEqual(field, number)

    def test_the_plain_view_fits_the_terminal_too(self):
        with start("--view", "plain", "-c", "1", columns=80) as etr:
            self.assertEqual(etr.finish(), 0)
            # Without the remarks after the numbers.
            table = [re.sub("  (syn-ack|\\[MPLS).*", "", line) for line in etr.raw.decode().splitlines()]
            table = table[next(i for i, line in enumerate(table) if line.startswith(" TTL")):]
            self.assertGreater(len(table), 8)
            self.assertEqual([line for line in table if len(line) > 80], [])

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
