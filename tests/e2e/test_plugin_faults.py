#!/usr/bin/python3
"""Plugins that misbehave, in the program itself: on a simulated network in real time, so that neither root nor a lab
is needed. The plugins are those of tests/plugin/fixtures."""
import fcntl
import os
import re
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time
import unittest

from simulated import ETR, FIXTURES, SimulatedRun
from waiting import SLACK, until

MISBEHAVING = ("--plugin-path", os.path.join(os.path.dirname(FIXTURES), "misbehaving"))
STUCK = [("prober", call) for call in ("create", "encode", "decode_quote", "exit")] + [
    ("hasher", call) for call in ("create", "digest")] + [
    ("view", call) for call in ("create", "needs_terminal", "open", "render", "close", "exit")] + [
    ("sink", call) for call in ("create", "open", "write", "close", "exit")]


THROWING = [("prober", call) for call in ("protocol", "record_name", "default_port", "slots", "max_ttl", "capture_filter",
                                          "encode")] + [
    ("hasher", call) for call in ("digest_size", "digest")] + [
    ("view", call) for call in ("needs_terminal", "terminal_reset", "input_fd", "next_refresh")] + [
    ("sink", "uses_standard_output")]


def uses(kind):
    """Flags that choose the misbehaving plugin of a kind, and a view that leaves the terminal alone unless asked."""
    return (f"--{kind}", "misbehaving") if kind == "view" else (f"--{kind}", "misbehaving", "--view", "plain")


def table(kind):
    return "sink.misbehaving" if kind == "sink" else kind


class Terminal:
    """A pseudo-terminal that is the controlling one of a process."""

    def __enter__(self):
        self.main, self.side = os.openpty()
        fcntl.ioctl(self.side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.text = ""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        return self

    def __exit__(self, *_):
        os.close(self.side)
        self.reader.join()
        os.close(self.main)

    def read(self):
        while True:
            try:
                octets = os.read(self.main, 65536)
            except OSError:  # All have closed the other side.
                return
            self.text += octets.decode(errors="replace")

    def start(self, command, **environment):
        return subprocess.Popen(command, stdin=self.side, stdout=self.side, stderr=self.side, start_new_session=True,
                                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env={**os.environ, "TERM": "xterm", **environment})

    def press(self, keys):
        os.write(self.main, keys.encode())

    def modes(self):
        return termios.tcgetattr(self.side)

    def shows_alternate_screen(self):
        return self.text.rfind("\x1b[?1049h") > self.text.rfind("\x1b[?1049l")


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

    def test_the_first_signal_ends_the_run_and_the_second_the_process(self):
        for kind, call in STUCK:
            with self.subTest(kind=kind, call=call):
                self.interrupt(kind, call, signals=1, within=1 + SLACK)
            with self.subTest(kind=kind, call=call, signals=2):
                self.interrupt(kind, call, signals=2, within=0.1 + SLACK)

    def test_q_ends_a_run_whose_prober_does_not_return(self):
        with Terminal() as terminal:
            before = terminal.modes()
            stuck = self.path("stuck")
            etr = terminal.start(self.command(*MISBEHAVING, "--prober", "misbehaving", "--view", "tui", "--set",
                                              "prober.in=encode", "--set", "prober.blocks=true"), ETR_TEST_STUCK=stuck)
            self.addCleanup(self.end, etr)
            until(lambda: os.path.exists(stuck) and terminal.shows_alternate_screen(), "the prober blocks")
            terminal.press("q")
            self.assertEqual(etr.wait(10), 1)
            until(lambda: "does not return" in terminal.text, "the reason is given")
            self.assertEqual(terminal.modes(), before)
            self.assertFalse(terminal.shows_alternate_screen())

    def interrupt(self, kind, call, signals, within):
        """Sends signals to a run with a plugin that does not return from `call`; the terminal is as it was."""
        with Terminal() as terminal:
            before = terminal.modes()
            stuck = self.path("stuck")
            etr = terminal.start(self.command(*MISBEHAVING, *uses(kind), "--set", f"{table(kind)}.in={call}",
                                              "--set", f"{table(kind)}.blocks=true", "-c", "20"),
                                 ETR_TEST_STUCK=stuck)
            self.addCleanup(self.end, etr)
            until(lambda: os.path.exists(stuck), f"{kind} blocks in {call}")
            os.unlink(stuck)
            for number in (signal.SIGINT, signal.SIGTERM)[:signals]:  # Two of a kind could become one.
                began = time.monotonic()
                etr.send_signal(number)
            etr.wait(10)
            self.assertLess(time.monotonic() - began, within)
            self.assertGreaterEqual(etr.returncode, 0, "no crash")
            self.assertEqual(terminal.modes(), before)
            until(lambda: not terminal.shows_alternate_screen(), "the terminal is restored")
            if etr.returncode == 1:
                until(lambda: re.search("does not return|not written", terminal.text), "the reason is given")


class Throwing(SimulatedRun):
    """An exception of any method is one line that names it, and never an abort."""

    def test_a_throw_in_any_method_is_one_line_that_names_it(self):
        for kind, call in THROWING:
            with self.subTest(kind=kind, call=call):
                done = self.run_etr(*MISBEHAVING, *uses(kind), "--set", f"{table(kind)}.in={call}", "-c", "3")
                self.assertEqual(done.returncode, 1)
                self.assertEqual(len(self.complaints(done.stderr)), 1, done.stderr)
                self.assertRegex(done.stderr, rf"Error: (--{kind}: )?{kind} 'misbehaving': {call}: no luck\n$")


class BadLibraries(SimulatedRun):
    """`etr plugins` survives any library."""

    def setUp(self):
        super().setUp()
        self.plugins = self.path("plugins")
        os.makedirs(os.path.join(self.plugins, "sinks"))
        for name in ("good", "throwing-options"):
            shutil.copy(os.path.join(FIXTURES, "sinks", f"{name}.so"), os.path.join(self.plugins, "sinks"))
        with open(self.library("good"), "rb") as whole, open(self.library("cut"), "wb") as cut:
            cut.write(whole.read(16384))  # What the loader maps beyond the end of the file is SIGBUS.

    def library(self, name):
        return os.path.join(self.plugins, "sinks", f"{name}.so")

    def plugins_command(self, *words):
        return subprocess.run([ETR, "plugins", *words, "--plugin-path", self.plugins], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)

    def test_list_shows_the_others(self):
        done = self.plugins_command("list")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"sink +good ")
        self.assertRegex(done.stdout, r"sink +throwing-options ")
        self.assertRegex(done.stderr, rf"^Error: {self.library('cut')}: [^\n]+\n$")

    def test_show_gives_the_reason(self):
        for name, reason in (("cut", re.escape(self.library("cut"))),
                             ("throwing-options", "sink 'throwing-options': options: no luck")):
            done = self.plugins_command("show", name)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, rf"^Error: {reason}[^\n]*\n$")

    def test_check_gives_the_reason(self):
        for name, reason in (("cut", "the library loads"), ("throwing-options", "its options can be listed")):
            done = self.plugins_command("check", self.library(name))
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stdout, rf"FAIL +{reason}")
            self.assertIn("does not conform", done.stdout)


if __name__ == "__main__":
    if not os.access(ETR, os.X_OK):
        raise SystemExit(f"no etr at '{ETR}'; set ETR")
    unittest.main(verbosity=2)
