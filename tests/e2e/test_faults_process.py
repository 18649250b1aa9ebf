#!/usr/bin/python3
"""Faults of the process: signals, kill, full and closed and slow outputs. On a simulated network in real time, so
that neither root nor a lab is needed. ETR_TEST_ALL=1 tries 1000 random moments instead of 50."""
import concurrent.futures
import csv
import json
import os
import random
import signal
import subprocess
import time
import unittest

import seccomp
from simulated import ETR, FIXTURES, SimulatedRun
from waiting import SLACK, until

ALL = "ETR_TEST_ALL" in os.environ
AT_ONCE = 4


class Process(SimulatedRun):

    # --- Signals.

    def test_signals_at_random_moments_leave_whole_records(self):
        generator = random.Random(4)
        self.try_all([(number, generator.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)),
                       generator.uniform(0, 0.25)) for number in range(1000 if ALL else 50)], self.leave)

    def leave(self, number, chosen, after):
        path = self.path(f"left-{number}.ndjson")
        with open(path, "w", encoding="ascii") as file:
            etr = self.start("-J", stdout=file)
        self.wait_for_size(path, 1)  # By then signals are its own to handle.
        time.sleep(after)
        if chosen == signal.SIGHUP:  # Headless it reopens files, and goes on.
            before = os.path.getsize(path)
            etr.send_signal(chosen)
            self.wait_for_size(path, before + 1)
            chosen = signal.SIGINT
        began = time.monotonic()
        etr.send_signal(chosen)
        _, errors = etr.communicate(timeout=10)
        self.assertLess(time.monotonic() - began, 0.5 + SLACK)
        self.assertEqual((etr.returncode, errors), (0, ""))
        with open(path, encoding="utf-8") as file:
            self.assertGreater(len(self.assert_records(file.read())), 0)
        self.end(etr)

    def try_all(self, tries, attempt):
        """attempt(*each) for each of the tries, some at a time; they are mostly waiting."""
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            running = {pool.submit(attempt, *each): each for each in tries}
            for done in concurrent.futures.as_completed(running):
                with self.subTest(running[done]):
                    done.result()

    def test_killed_at_random_moments_every_complete_line_is_valid(self):
        generator = random.Random(9)
        self.try_all([(number, generator.uniform(0, 0.2)) for number in range(200 if ALL else 10)], self.be_killed)

    def be_killed(self, number, after):
        path = self.path(f"killed-{number}.ndjson")
        with open(path, "w", encoding="ascii") as file:
            etr = self.start("-J", stdout=file)
        self.wait_for_size(path, 1)
        time.sleep(after)
        etr.kill()
        etr.wait()
        with open(path, encoding="utf-8") as file:
            whole = file.read().rpartition("\n")[0] + "\n"
        self.assertGreater(len(self.assert_records(whole)), 0)
        self.end(etr)

    def test_stopped_and_continued_it_goes_on(self):
        path = self.path("stopped.ndjson")
        etr = self.start("--sink", f"ndjson:path={path}", "--view", "plain", "-c", "60")
        self.wait_for_size(path, 1)
        etr.send_signal(signal.SIGSTOP)
        time.sleep(10 if ALL else 3)
        etr.send_signal(signal.SIGCONT)
        etr.communicate(timeout=30)
        self.assertEqual(etr.returncode, 0)
        with open(path, encoding="utf-8") as file:
            found = [json.loads(line) for line in file]
        self.assertEqual(sorted((record["probe_num"], record["probe_id"]) for record in found),
                         [(number, flow) for number in range(60) for flow in range(8)])
        for record in found:
            for hop in record["hops"]:
                if hop["verdict"] == "answered":
                    self.assertLess(hop["rtt"], 3_000_000)

    def test_hangup_reopens_files_of_a_headless_run(self):
        records, table = self.path("a.ndjson"), self.path("a.csv")
        pipeline = self.path("headless.toml")
        with open(pipeline, "w", encoding="ascii") as file:
            file.write(f'[prober]\nuse = "tcp-syn"\n[hasher]\nuse = "crc32"\n'
                       f'[[sink]]\nuse = "ndjson"\npath = "{records}"\n[[sink]]\nuse = "csv"\npath = "{table}"\n')
        etr = self.start("--pipeline", pipeline)
        for path in (records, table):
            self.wait_for_size(path, 1)
            os.rename(path, path + ".1")
        etr.send_signal(signal.SIGHUP)
        for path in (records, table):
            self.wait_for_size(path, 1)
        etr.send_signal(signal.SIGINT)
        _, errors = etr.communicate(timeout=10)
        self.assertEqual((etr.returncode, errors), (0, ""))
        text = ""
        for path in (records + ".1", records):
            with open(path, encoding="utf-8") as file:
                part = file.read()
            self.assertTrue(part.endswith("\n"))
            text += part
        self.assertGreaterEqual(len(self.assert_records(text)), 2)
        for path in (table + ".1", table):
            with open(path, encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))
            self.assertGreater(len(rows), 1, path)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, path)

    # --- Resources.

    def test_a_refused_system_call_is_one_error_and_status_1(self):
        for call in ("signalfd4", "eventfd2", "clone3"):
            number = seccomp.number_of(call)
            if number is None:
                self.skipTest("unknown machine")
            with self.subTest(call=call):
                done = self.run_etr("-J", "-c", "1", preexec_fn=lambda number=number: seccomp.refuse(number))
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(self.complaints(done.stderr)[0], "^Error: ")
                self.assertEqual(len(self.complaints(done.stderr)), 1, done.stderr)

    # --- Outputs.

    def test_a_closed_pipe_ends_it_quietly_with_141(self):
        etr = self.start("-J")
        lines = [etr.stdout.readline() for _ in range(3)]
        etr.stdout.close()
        self.assertEqual(etr.wait(10), 141)
        self.assertEqual(etr.stderr.read(), "")
        self.assertEqual(len([json.loads(line) for line in lines]), 3)

    def test_a_full_disk_is_one_error_and_status_1(self):
        """Defect A22 of the Go etr, docs/compatibility.md."""
        for flags, name in ((("-j", "/dev/full", "--view", "plain", "-c", "3"), "'/dev/full'"),):
            done = self.run_etr(*flags)
            self.assertEqual(done.returncode, 1)
            said = [line for line in done.stderr.splitlines() if name in line]
            self.assertEqual(len(said), 1, done.stderr)
            self.assertIn("no space left on device", said[0])
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(self.command("-J", "-c", "3"), stdin=subprocess.DEVNULL, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        error, lost = done.stderr.splitlines()
        self.assertIn("no space left on device", error)
        self.assertIn("sink 'ndjson': 24 records not written", lost)

    def test_a_file_that_cannot_be_opened_ends_it_before_any_probe(self):
        done = self.run_etr("-j", self.path("missing/x.ndjson"), "--view", "plain", "-c", "3")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_run_that_cannot_start_leaves_the_files_of_other_sinks(self):
        table, records, missing = self.path("a.csv"), self.path("a.ndjson"), self.path("missing/x.ndjson")
        for path in (table, records):
            with open(path, "w", encoding="ascii") as file:
                file.write("precious")
        for flags in (("-j", missing), ("--view", "troubled-view", "--set", "view.throws_in=open", "--plugin-path", FIXTURES)):
            done = self.run_etr("--sink", f"csv:path={table}", "--sink", f"ndjson:path={records},events=true", *flags)
            self.assertEqual(done.returncode, 1)
            for path in (table, records):
                with open(path, encoding="ascii") as file:
                    self.assertEqual(file.read(), "precious")

    def test_a_read_only_file_is_left_alone(self):
        path = self.path("read-only.ndjson")
        with open(path, "w", encoding="ascii") as file:
            file.write("precious")
        os.chmod(path, 0o400)
        users = [{}]
        if os.geteuid() == 0:  # Without capabilities permissions bind even root; as they do the caller of sudo.
            users.append({"SUDO_UID": "65534", "SUDO_GID": "65534", "SUDO_USER": "nobody"})
            os.chmod(self.folder, 0o777)
        for user in users:
            done = self.run_etr("-j", path, "--view", "plain", "-c", "3", env={**os.environ, **user})
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(self.complaints(done.stderr), [f"Error: sink 'ndjson': cannot open '{path}': permission denied"])
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to mount")
    def test_a_read_only_file_system_is_one_error_before_any_probe(self):
        path = self.path("disk/out.ndjson")
        done = self.on_a_disk("mount -o remount,ro", "size=1m", "-j", path, "--view", "plain", "-c", "3")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(self.complaints(done.stderr),
                         [f"Error: sink 'ndjson': cannot open '{path}': read-only file system"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to mount")
    def test_a_disk_that_fills_up_keeps_every_earlier_record(self):
        path = self.path("disk/out.ndjson")
        done = self.on_a_disk("true", "size=64k", "-j", path, "--view", "plain", "-c", "40")
        said, _, written = done.stderr.partition("--written--\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len([line for line in said.splitlines() if "no space left on device" in line]), 1, said)
        self.assertGreater(len(self.assert_records(written.rpartition("\n")[0] + "\n")), 20)

    def on_a_disk(self, then, options, *flags):
        """etr where `disk` is a file system of its own; its content is appended to standard error."""
        disk = self.path("disk")
        os.mkdir(disk)
        script = (f"mount -t tmpfs -o {options} none {disk} && {then} {disk} && {{ \"$@\"; status=$?; "
                  f"echo --written-- >&2; cat {disk}/* >&2 2>/dev/null; exit $status; }}")
        return subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", *self.command(*flags)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)

    def test_a_stalled_reader_is_waited_for_and_nothing_is_lost(self):
        etr = self.start("-J", "-c", "40")
        time.sleep(1.5)  # The pipe holds some 64 KiB, far less than 320 records.
        text, errors = etr.communicate(timeout=30)
        self.assertEqual((etr.returncode, errors), (0, ""))
        self.assertEqual(len(self.assert_records(text)), 320)

    # --- Faulty sinks.

    def troubled(self, **options):
        text = ",".join(f"{key}={value}" for key, value in options.items())
        return ("--plugin-path", FIXTURES, "--sink", f"troubled:path={self.path('troubled.txt')},{text}")

    def lines(self):
        with open(self.path("troubled.txt"), encoding="ascii") as file:
            return [[int(word) for word in line.split()] for line in file]

    def test_a_slow_sink_never_looks_like_loss(self):
        """Defect B10 of the Go etr, docs/compatibility.md."""
        done = self.run_etr("-J", *self.troubled(pause="20ms"), "-c", "20")
        self.assertEqual((done.returncode, self.complaints(done.stderr)), (0, []))
        self.assertEqual(len(self.assert_records(done.stdout)), 160)
        self.assertEqual({(complete, lost) for _, _, complete, lost in self.lines()}, {(1, 0)})
        self.assertEqual(len(self.lines()), 160)

    def test_a_very_slow_sink_is_abandoned_and_its_losses_counted(self):
        etr = self.start("-J", *self.troubled(pause="1s"))
        path = self.path("troubled.txt")
        until(lambda: os.path.exists(path) and len(self.lines()) == 2, "two records are written")
        began = time.monotonic()
        etr.send_signal(signal.SIGINT)
        text, errors = etr.communicate(timeout=10)
        self.assertLess(time.monotonic() - began, 0.5 + SLACK)
        self.assertEqual(etr.returncode, 1)
        self.assertRegex(errors, r"sink 'troubled': \d+ records? not written")
        self.assert_records(text)
        for _, _, complete, lost in self.lines():
            self.assertEqual((complete, lost), (1, 0))

    def test_a_sink_that_hangs_does_not_delay_the_exit(self):
        etr = self.start("-J", *self.troubled(stops_at=5))
        until(lambda: os.path.exists(self.path("troubled.txt")) and len(self.lines()) == 5, "five records are written")
        began = time.monotonic()
        etr.send_signal(signal.SIGTERM)
        text, errors = etr.communicate(timeout=10)
        self.assertLess(time.monotonic() - began, 0.5 + SLACK)
        self.assertEqual(etr.returncode, 1)
        self.assertRegex(errors, r"sink 'troubled': \d+ records? not written")
        self.assert_records(text)

    def test_a_sink_that_hangs_does_not_hold_up_the_end_of_a_run(self):
        done = self.run_etr("-J", *self.troubled(stops_at=5), "-c", "5")
        self.assertEqual(done.returncode, 1)
        hangs, lost = self.complaints(done.stderr)
        self.assertIn("sink 'troubled': has not returned for 5 s", hangs)
        self.assertRegex(lost, r"sink 'troubled': (3[5-9]|40) records not written")
        self.assertEqual(len(self.assert_records(done.stdout)), 40)

    def test_a_throwing_sink_is_closed_and_others_get_everything(self):
        done = self.run_etr("-J", *self.troubled(throws_at=3), "-c", "5")
        self.assertEqual(done.returncode, 1)
        error, lost = self.complaints(done.stderr)
        self.assertIn("the sink had enough", error)
        self.assertRegex(lost, r"sink 'troubled': (3[7-9]|40) records not written", "it flushes when it likes")
        self.assertEqual(len(self.assert_records(done.stdout)), 40)
        self.assertEqual(len(self.lines()), 3)

    def test_a_throwing_view_is_closed_and_sinks_get_everything(self):
        path = self.path("records.ndjson")
        for where in ("open", "render", "path", "close"):
            with self.subTest(where=where):
                done = self.run_etr("-j", path, "--plugin-path", FIXTURES, "--view", "troubled-view",
                                    "--set", f"view.throws_in={where}", "-c", "5")
                self.assertEqual(done.returncode, 1)
                self.assertEqual(self.complaints(done.stderr), [f"Error: view 'troubled-view': enough of {where}"])
                with open(path, encoding="utf-8") as file:
                    records = self.assert_records(file.read())
                self.assertEqual(len(records), 0 if where == "open" else 40)
                os.unlink(path)

    # --- Files.

    def test_a_link_in_a_world_writable_folder_is_not_followed(self):
        shared = self.path("shared")
        os.mkdir(shared)
        os.chmod(shared, 0o1777)
        victim = self.path("victim")
        with open(victim, "w", encoding="ascii") as file:
            file.write("precious")
        os.symlink(victim, os.path.join(shared, "out.ndjson"))
        done = self.run_etr("-j", os.path.join(shared, "out.ndjson"), "--view", "plain", "-c", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("symbolic link", done.stderr)
        with open(victim, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")


if __name__ == "__main__":
    if not os.access(ETR, os.X_OK):
        raise SystemExit(f"no etr at '{ETR}'; set ETR")
    unittest.main(verbosity=2)
