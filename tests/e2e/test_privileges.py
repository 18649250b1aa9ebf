#!/usr/bin/python3
"""A running etr has no privileges; without any it refuses to start, with the remedy."""
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile

import harness
from network import Network

NOBODY = 65534


class Privileges(harness.LabTest):

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network("line"))

    def status_while_running(self, command, environment=None):
        """/proc/PID/status of etr and of each of its threads, once records flow."""
        etr = self.network.start(["env", *(f"{key}={value}" for key, value in (environment or {}).items()), *command,
                                  "-J", "-n", "-P", "2", "-d", "200ms", "-t", "100ms", self.network.target(4)],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertTrue(etr.stdout.readline(), "no record")
            found = []
            for task in os.listdir(f"/proc/{etr.pid}/task"):
                with open(f"/proc/{etr.pid}/task/{task}/status", encoding="ascii") as file:
                    found.append(dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line))
            return found
        finally:
            etr.send_signal(signal.SIGINT)
            etr.communicate(timeout=5)

    def assert_powerless(self, threads):
        self.assertGreater(len(threads), 1)
        for status in threads:
            for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                self.assertEqual(int(status[key], 16), 0, f"{key} of {status['Name']}")
            self.assertEqual(status["NoNewPrivs"].strip(), "1")

    def test_root_keeps_no_capability(self):
        self.assert_powerless(self.status_while_running([harness.ETR]))

    def test_sudo_becomes_the_invoking_user(self):
        threads = self.status_while_running([harness.ETR], {"SUDO_UID": NOBODY, "SUDO_GID": NOBODY, "SUDO_USER": "nobody"})
        self.assert_powerless(threads)
        for status in threads:
            self.assertEqual(status["Uid"].split(), [str(NOBODY)] * 4)
            self.assertEqual(status["Gid"].split(), [str(NOBODY)] * 4)
            self.assertNotIn("0", status["Groups"].split())

    def test_no_interface_becomes_promiscuous(self):
        """Defect B9 of the Go etr. Other hosts' traffic is not captured."""
        etr = harness.RunningEtr(self.network, "-P", "2", "-d", "200ms", "-t", "100ms", self.network.target(4))
        try:
            self.assertTrue(next(etr.lines()))
            listed = self.network.run(["ip", "-d", "-j", "link"], capture_output=True, text=True, check=True)
            links = json.loads(listed.stdout)
            self.assertGreater(len(links), 1)
            for link in links:
                self.assertEqual(link["promiscuity"], 0, link["ifname"])
        finally:
            etr.signal(signal.SIGINT)
            etr.end()

    def test_files_belong_to_the_invoking_user(self):
        """Defect B9 of the Go etr, docs/compatibility.md."""
        with tempfile.TemporaryDirectory() as folder:
            os.chown(folder, NOBODY, NOBODY)
            path = f"{folder}/paths.ndjson"
            done = self.network.run(["env", f"SUDO_UID={NOBODY}", f"SUDO_GID={NOBODY}", harness.ETR, "-n", "-c", "1",
                                     "-P", "2", "-t", "100ms", "-j", path, "--view", "plain", self.network.target(4)],
                                    capture_output=True, text=True, check=False, timeout=20)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(os.stat(path).st_uid, NOBODY)

    def test_without_privilege_one_line_names_capability_and_remedy(self):
        done = self.network.run(["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                                 "--inh-caps=-all", harness.ETR, "-J", "-n", "-c", "1", self.network.target(4)],
                                capture_output=True, text=True, check=False, timeout=20)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("CAP_NET_RAW", done.stderr)
        self.assertRegex(done.stderr, re.compile(r"setcap cap_net_raw"))

    def test_a_file_capability_is_enough_and_is_dropped(self):
        """A copy next to the build's own binary, so that it finds its plugins; setcap fails on some file systems."""
        copy = f"{os.path.dirname(harness.ETR)}/etr-setcap-{os.getpid()}"
        shutil.copy(harness.ETR, copy)
        self.addCleanup(os.unlink, copy)
        os.chmod(copy, stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        if subprocess.run(["setcap", "cap_net_raw+ep", copy], capture_output=True, check=False).returncode != 0:
            self.skipTest("this file system keeps no capabilities")
        checked = subprocess.run(["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", copy,
                                  "--check", "192.0.2.1"], capture_output=True, text=True, check=False)
        if checked.returncode == 126 or "can be written by others" in checked.stderr:
            self.skipTest(f"other users cannot, or must not, run this build: {checked.stderr.strip()}")
        threads = self.status_while_running(["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY),
                                             "--clear-groups", copy])
        for status in threads:
            self.assertEqual((int(status["CapPrm"], 16), int(status["CapEff"], 16)), (0, 0))
            self.assertEqual(status["NoNewPrivs"].strip(), "1")


if __name__ == "__main__":
    harness.main()
