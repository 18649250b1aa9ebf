#!/usr/bin/python3
"""A hostile plugin gets nothing: not in a setcap run, not in a sudo run, and as plain root no network.

Needs root, to become others. Nothing leaves this machine: the network is simulated."""
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

ETR, FIXTURES, NETWORK = (os.environ[name] for name in ("ETR", "ETR_FIXTURE_DIR", "ETR_NETWORK"))
NOBODY = 65534
AS_NOBODY = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
ATTEMPTS = 10
STAGES = ("loading", "creating", "writing")


class Grabber(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="etr-grabber-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chown(self.folder, NOBODY, NOBODY)
        self.secret = os.path.join(self.folder, "secret")
        with open(self.secret, "w", encoding="ascii") as file:
            file.write("root's\n")
        os.chmod(self.secret, 0o600)

    def run_etr(self, command, *flags, **environment):
        path = os.path.join(self.folder, "grabber.out")
        return subprocess.run([*command, "--simulate", NETWORK, "-n", "-c", "1", "-P", "1", "--view", "plain",
                               *(flags or ("--plugin-path", FIXTURES)), "--sink", f"grabber:path={path}", "203.0.113.9"],
                              env={**os.environ, "GRABBER_TARGET": self.secret, **environment}, cwd="/",
                              capture_output=True, text=True, check=False, timeout=60)

    def grabbed(self, done):
        """The lines of the plugin's report on its attempts; all attempts were made."""
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(self.folder, "grabber.out"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), ATTEMPTS * len(STAGES))
        return [line for line in lines if line.endswith("GOT IT")]

    def setcap_copy(self):
        """The program with CAP_NET_RAW, next to the build's own so that it finds its plugins. It loads them only
        where no other user can write: not in a checkout below /tmp."""
        self.require_trusted(FIXTURES)
        copy = f"{os.path.dirname(ETR)}/etr-trust-{os.getpid()}"
        shutil.copy(ETR, copy)
        self.addCleanup(os.unlink, copy)
        os.chmod(copy, 0o755)
        if subprocess.run(["setcap", "cap_net_raw+ep", copy], capture_output=True, check=False).returncode != 0:
            self.skipTest("this file system keeps no capabilities")
        if subprocess.run([*AS_NOBODY, copy, "-v"], capture_output=True, check=False).returncode == 126:
            self.skipTest("the build tree is closed to other users")
        return [*AS_NOBODY, copy]

    def require_trusted(self, folder):
        while True:
            status = os.lstat(folder)
            if status.st_uid != 0 or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                self.skipTest(f"{folder} is not trusted")
            if folder == "/":
                return
            folder = os.path.dirname(folder)

    def test_gets_nothing_in_a_sudo_run(self):
        done = self.run_etr([ETR], SUDO_UID=str(NOBODY), SUDO_GID=str(NOBODY), SUDO_USER="nobody")
        self.assertEqual(self.grabbed(done), [])

    def test_gets_nothing_in_a_setcap_run(self):
        self.assertEqual(self.grabbed(self.run_etr(self.setcap_copy())), [])

    def test_gets_no_socket_and_no_capability_from_plain_root(self):
        """It is uid 0 all the same: docs/security.md."""
        os.chown(self.folder, 0, 0)  # Without capabilities root may not write elsewhere.
        for line in self.grabbed(self.run_etr([ETR])):
            self.assertRegex(line, "root's file|setuid|setgid")

    def test_is_not_loaded_from_a_folder_of_others_in_a_setcap_run(self):
        os.makedirs(os.path.join(self.folder, "plugins/sinks"))
        shutil.copy(os.path.join(FIXTURES, "sinks/grabber.so"), os.path.join(self.folder, "plugins/sinks"))
        done = self.run_etr(self.setcap_copy(), "--plugin-path", os.path.join(self.folder, "plugins"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("grabber.so: not loaded with raised privileges", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "grabber.out")))

    def test_is_not_checked_from_a_folder_of_others_in_a_setcap_run(self):
        plugin = os.path.join(self.folder, "grabber.so")
        shutil.copy(os.path.join(FIXTURES, "sinks/grabber.so"), plugin)
        done = subprocess.run([*self.setcap_copy(), "plugins", "check", plugin], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("grabber.so: not loaded with raised privileges", done.stderr)

    def test_is_not_loaded_by_the_environment_in_a_setcap_run(self):
        done = self.run_etr(self.setcap_copy(), "--log-level", "info", ETR_PLUGIN_PATH=FIXTURES)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ETR_PLUGIN_PATH is ignored", done.stderr)
        self.assertIn("no sink is called 'grabber'", done.stderr)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: needs root, to become others")
        sys.exit(77)
    unittest.main(verbosity=2)
