"""The tui in a pseudo-terminal with a synthetic run: keys, sizes, colours, restoring the terminal."""

import os
import random
import re
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

DRIVER = os.path.abspath(os.environ["TUI_DRIVER"])
GOLDEN = os.path.join(os.environ["ETR_TEST_DATA_DIR"], "tui")
LEAVE = b"\x1b[?1049l"
ENTER = b"\x1b[?1049h"
ALL_VIEWS = ("1", "\t\r", "\x1b1", "2\t", "3", "4", "e", "?", "\x1bo", "\x1b1")
SHOW_CURSOR = b"\x1b[?25h"


def start(*options, **settings):
    return Session([DRIVER, *options], **settings)


def colours(raw):
    """Parameters of every SGR sequence."""
    return {part for match in re.findall(rb"\x1b\[([0-9;]*)m", raw) for part in match.split(b";")}


class Screens(unittest.TestCase):
    def test_keys_show_every_screen(self):
        with start() as tui:
            tui.wait_for("Summary (16 flows, 16 unique paths, 1 lossy)")
            for key, title in (("2", "Paths (16 unique"), ("3", "Graph (16 flows"),
                               ("4", "History of flow #0"), ("e", "Events (5"),
                               ("?", "Keys"), ("1", "Summary (16")):
                tui.press(key)
                tui.wait_for(title)
            tui.press("\x1b[B\x1b[B\x1b[A")
            tui.wait_for("► FLOW #1 ◄")
            tui.press("\t")
            tui.wait_for("[detail focus]")

    def test_the_terminal_shows_the_grid_cell_by_cell(self):
        with start() as tui:
            tui.wait_for("Summary")
            for keys, picture in (("jjjjjjjjj", "flows"), ("\tjj", "detail"), ("\t2gjj", "paths"),
                                  ("3", "graph"), ("4", "history"), ("e", "events")):
                tui.press(keys)
                with open(f"{GOLDEN}/{picture}_80x24.txt", encoding="utf-8") as file:
                    wanted = [line.rstrip("\n") for line in file][:24]
                tui.wait(lambda: [line.rstrip() for line in tui.lines] == wanted, picture)

    def test_a_lone_escape_is_taken_without_another_key(self):
        with start() as tui:
            tui.press("?")
            tui.wait_for("Keys")
            tui.press("\x1b")
            tui.wait(lambda: "│ Keys" not in tui.text, "help closed")

    def test_commands_reach_the_run(self):
        with start(columns=120) as tui:
            tui.press("p")
            tui.wait_for("PAUSED")
            tui.press("+")
            tui.wait_for("every 5s")

    def test_handles_many_keys_typed_ahead(self):
        with start("flows=1000") as tui:
            tui.wait_for("Summary (1000 flows")
            tui.press("j" * 777)
            tui.wait_for("► FLOW #777 ◄")

    def test_saving_writes_the_data_and_never_over_a_file(self):
        with tempfile.TemporaryDirectory() as folder, start(folder=folder) as tui:
            tui.press("s")
            tui.wait_for("Save to: etr-www.example.net-")
            tui.press("\x15here.txt\r")
            tui.wait_for("saved to here.txt")
            with open(os.path.join(folder, "here.txt"), encoding="utf-8") as file:
                text = file.read()
            self.assertIn("FLOW #15", text)
            self.assertNotIn("\x1b", text)
            tui.press("s\x15here.txt\r")
            tui.wait_for("File exists")


    def test_leaves_the_mouse_to_the_terminal(self):
        for term in ("xterm-256color", "xterm", "screen-256color", "tmux-256color", "linux", "vt220"):
            with self.subTest(term), start(environment={"TERM": term}) as tui:
                tui.wait(lambda: "Summary" in tui.text, "the first screen")
                for keys in ALL_VIEWS:
                    tui.press(keys)
                tui.press("q")
                self.assertEqual(tui.finish(), 0)
                # Tracking: X10, normal, highlight, button, any event; focus; encodings: UTF-8, SGR, urxvt, pixels.
                modes = {mode for found in re.findall(rb"\x1b\[\?([0-9;]+)h", tui.raw)
                         for mode in found.split(b";")}
                self.assertFalse(modes & {b"9", b"1000", b"1001", b"1002", b"1003", b"1004", b"1005",
                                          b"1006", b"1015", b"1016"}, tui.raw)


class Sizes(unittest.TestCase):
    def test_redraws_after_two_resizes_while_stopped(self):
        with start() as tui:
            tui.wait_for("Summary")
            tui.wait(lambda: tui.lines[22].endswith("╯"), "the whole frame")
            tui.pause()
            tui.resize(5, 20)
            tui.resize(24, 80)
            tui.go_on()
            tui.wait_for("Summary (16 flows, 16 unique paths, 1 lossy)")
            tui.wait(lambda: tui.lines[22].endswith("╯"), "the whole frame")

    def test_survives_many_resizes(self):
        dice = random.Random(20261122)
        with start() as tui:
            tui.wait_for("Summary")
            for turn in range(300):
                tui.resize(dice.randint(1, 60), dice.randint(1, 200))
                if turn % 3 == 0:
                    tui.press(dice.choice("1234e?jk\t"))
                tui.read(0)
            tui.resize(24, 80)
            tui.press("\x1b\x1b\x1b1g")
            tui.press("jjjjjjjjj")
            with open(f"{GOLDEN}/flows_80x24.txt", encoding="utf-8") as file:
                wanted = [line.rstrip("\n") for line in file][:24]
            tui.wait(lambda: [line.rstrip() for line in tui.lines] == wanted, "the picture")

    def test_says_what_it_needs_on_20x5(self):
        with start(rows=5, columns=20) as tui:
            tui.wait_for("20x5, needs 24x6")
            tui.press("q")
            self.assertEqual(tui.finish(), 0)

    def test_follows_resizes(self):
        with start() as tui:
            tui.wait_for("Summary")
            tui.resize(5, 20)
            tui.wait_for("terminal too small")
            tui.resize(40, 132)
            tui.wait(lambda: tui.lines[0].rstrip().endswith("every 2s"), "the wide title")
            tui.wait(lambda: tui.lines[1].endswith("╮"), "the wide frame")
            for rows, columns in ((1, 1), (50, 10), (2, 200), (24, 80)):
                tui.resize(rows, columns)
            tui.wait(lambda: tui.lines[22].endswith("╯"), "the frame of 80x24")


class Looks(unittest.TestCase):
    def raw(self, *options, **environment):
        with start(*options, environment=environment) as tui:
            tui.wait_for("Summary")
            tui.press("3")
            tui.wait_for("Graph")
            tui.press("q")
            self.assertEqual(tui.finish(), 0)
            return tui.raw

    def test_uses_256_colours_where_there_are(self):
        self.assertIn(b"\x1b[38;5;", self.raw())

    def test_uses_eight_colours_where_there_are_no_more(self):
        seen = colours(self.raw(TERM="xterm"))
        self.assertNotIn(b"38", seen)
        self.assertTrue({b"32", b"45"} <= seen)

    def test_uses_no_colour_with_no_color(self):
        raw = self.raw(NO_COLOR="1")
        self.assertFalse([c for c in colours(raw) if c[:1] in (b"3", b"4") and len(c) == 2
                          and c not in (b"39", b"49")])
        self.assertIn(b"\x1b[7m", re.sub(rb"\x1b\[[0-9;]*7m", b"\x1b[7m", raw))

    def test_writes_ascii_only_in_a_locale_without_utf8(self):
        self.assertEqual(max(self.raw(LC_ALL="C")), max(c for c in self.raw(LC_ALL="C") if c < 128))

    def test_writes_ascii_only_on_the_linux_console(self):
        self.assertFalse([c for c in self.raw(TERM="linux") if c >= 128])

    def test_says_why_a_terminal_cannot_be_used(self):
        with start(environment={"TERM": "no-such-terminal"}) as tui:
            self.assertEqual(tui.finish(), 1)
            self.assertIn("terminal type 'no-such-terminal' is not known", tui.text)

    def test_lets_no_octet_of_a_hostile_name_act_on_the_terminal(self):
        for environment in ({}, {"TERM": "linux"}, {"LC_ALL": "C", "NO_COLOR": "1"}):
            with self.subTest(environment), tempfile.TemporaryDirectory() as folder, \
                    start("hostile=1", environment=environment, folder=folder) as tui:
                tui.wait_for("evil")
                for keys in ALL_VIEWS:
                    tui.press(keys)
                tui.press("s\x15saved\r")
                tui.wait_for("saved to saved")
                tui.press("nnr")
                tui.press("q")
                self.assertEqual(tui.finish(), 0)
                with open(os.path.join(folder, "saved"), "rb") as file:
                    saved = file.read()
            self.assert_harmless(tui.raw)
            self.assert_harmless(saved)
            self.assertNotIn(b"\x1b", saved)

    def assert_harmless(self, octets):
        self.assertNotIn(b"\x1b[2J\x1b[31m", octets)
        self.assertNotIn(b"\x1b]", octets)
        self.assertNotIn(b"\x1bP", octets)
        self.assertFalse(set(octets) & (set(range(0x20)) - set(b"\b\t\n\r\x0e\x0f\x1b")))
        text = octets.decode("utf-8")  # raises if an invalid octet was passed on
        self.assertFalse(set(text) & set("\u202e\u2066\u2067\u2069\u200f\u200d\u0301\u05d0\u009b\ufeff"))

    def test_keeps_every_frame_in_place_whatever_the_names(self):
        """With hostile names, the first and last cell of each row are the same as with harmless names."""
        with start() as plain, start("hostile=1") as hostile:
            for tui in (plain, hostile):
                tui.wait_for("Summary")
            for keys, title in (("jj", "Summary"), ("\t\r", "responder"), ("\x1b\x1b2", "PATH"),
                                ("3", "Graph"), ("4", "History"), ("e", "Events"), ("?", "Keys")):
                for tui in (plain, hostile):
                    tui.press(keys)
                plain.wait_for(title)
                plain.wait(lambda: plain.lines[-1].startswith("? help"), "the last line")
                hostile.wait(lambda: self.edges(hostile) == self.edges(plain), f"the frame of {title}")

    @staticmethod
    def edges(tui):
        return [(tui.screen.buffer[row][0].data, tui.screen.buffer[row][79].data)
                for row in range(1, 23)]


class Leaving(unittest.TestCase):
    """However the view ends, the terminal is restored and the final table remains on it."""

    def assert_restored(self, end):
        with start() as tui:
            before = tui.modes_before
            tui.wait_for("Summary")
            self.assertNotEqual(tui.modes(), before, "the view takes single keys")
            end(tui)
            self.assertEqual(tui.finish(), 0)
            self.assertEqual(tui.modes(), before)
            left = tui.raw.rindex(LEAVE)
            self.assertIn(SHOW_CURSOR, tui.raw)
            table = tui.raw[tui.raw.index(b"ECMP", left):]
            self.assertIn(b"#15", table)
            self.assertIn(b"FLOW #0", table)
            self.assertIn(b"probes sent", table)
            self.assertNotIn(b"\x1b", table, "plain text")
            self.assertLessEqual(max(len(line) for line in table.decode().split("\r\n")), 80)

    def test_by_key(self):
        self.assert_restored(lambda tui: tui.press("q"))

    def test_by_interrupt(self):
        self.assert_restored(lambda tui: tui.press("\x03"))

    def test_by_sigterm(self):
        self.assert_restored(lambda tui: os.kill(tui.pid, signal.SIGTERM))

    def test_by_sighup(self):
        self.assert_restored(lambda tui: os.kill(tui.pid, signal.SIGHUP))

    def test_suspends_and_resumes(self):
        with start() as tui:
            tui.wait_for("Summary")
            tui.press("\x1a")
            tui.wait_for_stop()
            tui.wait(lambda: LEAVE in tui.raw, "back on the normal screen")
            self.assertTrue(tui.modes()[3] & termios.ECHO, "the shell gets its echo back")
            seen = len(tui.raw)
            os.kill(tui.pid, signal.SIGCONT)
            tui.wait(lambda: b"\x1b[?1049h" in tui.raw[seen:], "the alternate screen again")
            tui.wait(lambda: "Summary".encode() in tui.raw[seen:], "everything drawn again")
            self.assertFalse(tui.modes()[3] & termios.ECHO)
            tui.press("2")
            tui.wait_for("Paths")

    def test_after_a_crash_by_its_reset_sequence(self):
        with start() as tui:
            tui.wait_for("Summary")
            os.kill(tui.pid, signal.SIGUSR1)  # the driver writes the reset sequence and ends
            self.assertEqual(tui.finish(), 70)
            self.assertIn(LEAVE, tui.raw)
            self.assertIn(SHOW_CURSOR, tui.raw)


if __name__ == "__main__":
    unittest.main(verbosity=1)
