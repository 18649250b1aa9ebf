#!/usr/bin/python3
"""Bad input: one line that names the object and the reason, and no probe. The real program, in a network where the next
router counts what it receives."""
import json
import os
import subprocess
import tempfile

import harness
from network import Network

UNREADABLE, IMPOSSIBLE = 2, 1  # Exit statuses.

FILES = {
    "malformed.toml": b"[trace]\nflows = 5\n[view\n",
    "type.toml": b"[trace]\nflows = \"many\"\n",
    "key.toml": b"[trace]\nflowz = 5\n",
    "table.toml": b"[viev]\nuse = \"plain\"\n",
    "plugin.toml": b"[view]\nuse = \"plian\"\n",
    "option.toml": b"[[sink]]\nuse = \"ndjson\"\npth = \"x\"\n",
    "optiontype.toml": b"[[sink]]\nuse = \"ndjson\"\nevents = 3\n",
    "sink.toml": b"[[sink]]\nuse = \"csv\"\npath = \"/nowhere/x.csv\"\n",
    "binary.toml": bytes(range(255, -1, -1)) * 8,
    "empty.toml": b"",
}

# What is given ("HOST" is the lab's target), exit status, and what the line names: the object, the reason.
CASES = (
    # The command line cannot be parsed.
    (["--nonsense", "HOST"], UNREADABLE, "--nonsense", "unknown flag"),
    (["--max-tlt", "3", "HOST"], UNREADABLE, "--max-tlt", "did you mean '--max-ttl'?"),
    (["-Z", "HOST"], UNREADABLE, "-Z", "unknown flag"),
    (["HOST", "-P"], UNREADABLE, "--parallel-probes", "argument"),
    (["-P", "many", "HOST"], UNREADABLE, "--parallel-probes", "expected a whole number, not 'many'"),
    (["-P", "1", "-P", "2", "HOST"], UNREADABLE, "--parallel-probes", "cannot be specified more than once"),
    (["-P", "1.5", "HOST"], UNREADABLE, "--parallel-probes", "expected a whole number"),
    (["-p", "99999999999999999999", "HOST"], UNREADABLE, "--dest-port", "expected a whole number"),
    (["-i", "5", "HOST"], UNREADABLE, "--inter-ttl-delay", "lacks a unit"),
    (["-i", "NaNms", "HOST"], UNREADABLE, "--inter-ttl-delay", "is not a duration"),
    (["-d", "99999999999h", "HOST"], UNREADABLE, "--inter-probe-delay", "too long"),
    (["--rate", "NaN", "HOST"], UNREADABLE, "--rate", "expected a number"),
    (["--log", "", "HOST"], UNREADABLE, "--log", "empty"),
    (["--source", "", "HOST"], UNREADABLE, "--source", "empty"),
    (["--set", "flows", "HOST"], UNREADABLE, "flows", "write table.key=value"),
    (["--sink", "csv:path", "HOST"], UNREADABLE, "csv:path", "write NAME:key=value"),
    (["plugins", "lsit"], UNREADABLE, "lsit", "did you mean 'list'?"),
    # It can be parsed, but not be carried out: hosts.
    ([], IMPOSSIBLE, "destination", "is required"),
    (["nosuch.invalid"], IMPOSSIBLE, "nosuch.invalid", "cannot resolve"),
    (["-J", "nosuch.invalid"], IMPOSSIBLE, "nosuch.invalid", "cannot resolve"),
    ([""], IMPOSSIBLE, "''", "cannot resolve"),
    (["no such host"], IMPOSSIBLE, "'no such host'", "cannot resolve"),
    (["two\nlines\x1b[31m"], IMPOSSIBLE, "'two?lines?[31m'", "cannot resolve"),
    (["300.1.2.3"], IMPOSSIBLE, "300.1.2.3", "cannot resolve"),
    (["-6", "192.0.2.1"], IMPOSSIBLE, "192.0.2.1", "has no IPv6 address"),
    (["-4", "::1"], IMPOSSIBLE, "::1", "has no IPv4 address"),
    (["192.0.2.0/24"], IMPOSSIBLE, "192.0.2.0/24", "is a network, not a host"),
    (["example.org:https"], IMPOSSIBLE, "'example.org:https'", "write a number between 1 and 65535"),
    (["[2001:db8::1"], IMPOSSIBLE, "'[2001:db8::1'", "lacks the closing ']'"),
    ([":443"], IMPOSSIBLE, "':443'", "cannot resolve"),
    (["0.0.0.0"], IMPOSSIBLE, "0.0.0.0", "not a host address"),
    (["HOST", "HOST"], IMPOSSIBLE, "HOST", "are the same host"),
    (["192.0.2.1"], IMPOSSIBLE, "192.0.2.1", "no route"),
    (["--source", "192.0.2.9", "HOST"], IMPOSSIBLE, "192.0.2.9", "not one of this host's"),
    (["--source", "2001:db8::1", "192.0.2.1"], IMPOSSIBLE, "'192.0.2.1' has no IPv6 address",
     "source 2001:db8::1 needs: omit --source, or give an IPv4 one"),
    (["--source", "127.0.0.1", "HOST"], IMPOSSIBLE, "source address 127.0.0.1", "valid inside this host only"),
    (["--interface", "nosuch0", "HOST"], IMPOSSIBLE, "nosuch0", "no interface"),
    # Ranges and contradictions; each is checked whatever other flags are given (defects C1 and C2 of the Go etr).
    (["-p", "0", "HOST"], IMPOSSIBLE, "destination port", "between 1 and 65535"),
    (["-p", "70000", "HOST"], IMPOSSIBLE, "destination port", "between 1 and 65535"),
    (["-s", "0", "HOST"], IMPOSSIBLE, "source port", "between 1 and 65535"),
    (["-s", "65535", "-P", "2", "HOST"], IMPOSSIBLE, "source port", "65535"),
    (["-P", "99999999", "HOST"], IMPOSSIBLE, "99999999 flows", "65535"),
    (["-m", "0", "HOST"], IMPOSSIBLE, "maximum TTL", "between 1 and 255"),
    (["-m", "256", "HOST"], IMPOSSIBLE, "maximum TTL", "between 1 and 255"),
    (["-P", "0", "HOST"], IMPOSSIBLE, "parallel probes", "at least 1"),
    (["-c", "-1", "HOST"], IMPOSSIBLE, "count", "negative"),
    (["-i", "-5ms", "HOST"], IMPOSSIBLE, "inter-TTL delay", "negative"),
    (["-t", "0s", "HOST"], IMPOSSIBLE, "timeout", "above 0"),
    (["--rate", "-1", "HOST"], IMPOSSIBLE, "rate", "at least 0.001"),
    (["--rate", "1e-300", "HOST"], IMPOSSIBLE, "rate", "at least 0.001"),
    (["-4", "-6", "HOST"], IMPOSSIBLE, "IPv4 and IPv6", "cannot force both"),
    (["-T", "-U", "HOST"], IMPOSSIBLE, "TCP and UDP", "cannot use both"),
    (["-J", "-j", "x", "HOST"], IMPOSSIBLE, "--json and --json-file", "cannot use both"),
    (["-J", "--view", "plain", "HOST"], IMPOSSIBLE, "--view and --json", "cannot use both"),
    (["-J", "--sink", "csv:path=-", "HOST"], IMPOSSIBLE, "standard output", "only one sink"),
    (["--log-level", "loud", "HOST"], IMPOSSIBLE, "loud", "log level must be"),
    (["--hash-algorithm", "md5", "HOST"], IMPOSSIBLE, "hash algorithm", "'crc32' or 'sha256'"),
    # Pipelines: file, line and column.
    (["--pipeline", "./nowhere.toml", "HOST"], IMPOSSIBLE, "./nowhere.toml", "No such file"),
    (["--pipeline", "batc", "HOST"], IMPOSSIBLE, "'batc'", "did you mean 'batch'?"),
    (["--pipeline", "malformed.toml", "HOST"], IMPOSSIBLE, "malformed.toml:3:6:", "expected ']'"),
    (["--pipeline", "type.toml", "HOST"], IMPOSSIBLE, "type.toml:2:1:", "'flows': expected a whole number"),
    (["--pipeline", "key.toml", "HOST"], IMPOSSIBLE, "key.toml:2:1: unknown option 'flowz'", "did you mean 'flows'?"),
    (["--pipeline", "table.toml", "HOST"], IMPOSSIBLE, "table.toml:1:2: unknown table 'viev'", "did you mean 'view'?"),
    (["--pipeline", "plugin.toml", "HOST"], IMPOSSIBLE, "plugin.toml:2:7: no view is called 'plian'",
     "did you mean 'plain'?"),
    (["--pipeline", "option.toml", "HOST"], IMPOSSIBLE, "option.toml:3:1: unknown option 'pth'", "did you mean 'path'?"),
    (["--pipeline", "optiontype.toml", "HOST"], IMPOSSIBLE, "optiontype.toml:3:1: option 'events'",
     "expected true or false"),
    (["--pipeline", "binary.toml", "HOST"], IMPOSSIBLE, "binary.toml:1:", "utf-8"),
    (["--pipeline", "empty.toml", "HOST"], IMPOSSIBLE, "empty.toml", "no view and no sink"),
    (["--pipeline", "./folder", "HOST"], IMPOSSIBLE, "./folder", "is a directory"),
    (["--pipeline", "folder", "HOST"], IMPOSSIBLE, "folder", "is a directory"),
    (["--pipeline", "./fifo", "HOST"], IMPOSSIBLE, "./fifo", "no view and no sink"),
    (["--pipeline", "/dev/zero", "HOST"], IMPOSSIBLE, "/dev/zero", "larger than"),
    (["--set", "trace.flowz=3", "HOST"], IMPOSSIBLE, "flowz", "did you mean 'flows'?"),
    (["--set", "sink.csv.path=x", "HOST"], IMPOSSIBLE, "sink.csv.path", "has no sink 'csv'"),
    (["--set", "trac.flows=3", "HOST"], IMPOSSIBLE, "trac.flows", "did you mean 'trace'?"),
    # Plugins, sinks and other files.
    (["--view", "tuii", "HOST"], IMPOSSIBLE, "no view is called 'tuii'", "did you mean 'tui'?"),
    (["--prober", "../x", "HOST"], IMPOSSIBLE, "../x", "is not the name of a prober"),
    (["--sink", "ndjsn", "HOST"], IMPOSSIBLE, "no sink is called 'ndjsn'", "did you mean 'ndjson'?"),
    (["--sink", "ndjson:pth=x", "HOST"], IMPOSSIBLE, "unknown option 'pth'", "did you mean 'path'?"),
    (["--sink", "ndjson:events=maybe", "HOST"], IMPOSSIBLE, "option 'events'", "expected true or false"),
    (["--sink", "ndjson:path=/nowhere/x", "HOST"], IMPOSSIBLE, "/nowhere/x", "no such file"),
    (["--pipeline", "sink.toml", "HOST"], IMPOSSIBLE, "sink 'csv': cannot open '/nowhere/x.csv'", "no such file"),
    (["-J", "--sink", "csv:path=/nowhere/x", "HOST"], IMPOSSIBLE, "/nowhere/x", "no such file"),
    (["-j", "folder", "HOST"], IMPOSSIBLE, "'folder'", "is a directory"),
    (["-j", "fifo", "HOST"], IMPOSSIBLE, "'fifo'", "no such device"),
    (["-l", "/nowhere/x", "HOST"], IMPOSSIBLE, "log: cannot open '/nowhere/x'", "no such file"),
    (["-l", "new/folder/x", "HOST"], IMPOSSIBLE, "log: cannot open 'new/folder/x'", "no such file"),
    (["-l", "fifo", "HOST"], IMPOSSIBLE, "log: cannot open 'fifo'", "no such device"),
    (["--simulate", "./nowhere.toml"], IMPOSSIBLE, "./nowhere.toml", "No such file"),
    (["--simulate", "demo", "--interface", "eth0"], IMPOSSIBLE, "simulated network", "omit --interface"),
    (["--simulate", "demo", "--source", "192.0.2.9"], IMPOSSIBLE, "simulated network", "--source"),
    (["--simulate", "dmeo"], IMPOSSIBLE, "no network 'dmeo'", "did you mean 'demo'?"),
    (["--simulate", "fifo"], IMPOSSIBLE, "fifo", "needs a target"),
    (["plugins", "show", "tsv"], IMPOSSIBLE, "'tsv'", "no plugin is called"),
)

COUNTER = """table inet watch {
  counter probes {}
  chain arriving { type filter hook prerouting priority -400; meta l4proto { tcp, udp } counter name probes; }
}
"""


class BadInput(harness.LabTest):

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network("line"))
        cls.network.nft("r1", COUNTER)
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        for name, content in FILES.items():
            with open(os.path.join(cls.folder, name), "wb") as file:
                file.write(content)
        os.mkdir(os.path.join(cls.folder, "folder"))
        os.mkfifo(os.path.join(cls.folder, "fifo"))

    def etr(self, arguments, before=()):
        return self.network.run([*before, harness.ETR, *arguments], cwd=self.folder, capture_output=True, text=True,
                                check=False, timeout=20, stdin=subprocess.DEVNULL)

    def probes(self):
        """Packets of TCP and UDP that the first router has received so far."""
        listed = self.network.run(["nft", "-j", "list", "counters"], node="r1", capture_output=True, text=True, check=True)
        return next(entry["counter"]["packets"] for entry in json.loads(listed.stdout)["nftables"] if "counter" in entry)

    def assert_refused(self, done, status, thing, reason):
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertRegex(done.stderr, r"\AError: [^\n]+\n\Z")
        self.assertTrue(done.stderr[:-1].isprintable(), repr(done.stderr))
        self.assertIn(thing, done.stderr)
        self.assertIn(reason, done.stderr)

    def test_gets_one_line_with_object_and_reason_before_any_probe(self):
        """Defect C1 of the Go etr, docs/compatibility.md."""
        host = self.network.target(4)
        files = sorted(os.listdir(self.folder))
        before = self.probes()
        for arguments, status, thing, reason in CASES:
            with self.subTest(arguments=arguments):
                done = self.etr([host if word == "HOST" else word for word in arguments])
                self.assert_refused(done, status, thing.replace("HOST", host), reason)
        self.assertEqual(self.probes(), before, "probes left")
        self.assertEqual(sorted(os.listdir(self.folder)), files, "files were made")

    def test_good_input_sends_what_the_router_counts(self):
        before = self.probes()
        done = self.etr(["-J", "-n", "-c", "1", "-P", "2", self.network.target(4)])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreater(self.probes(), before)

    def test_a_missing_privilege_is_named_with_the_remedy(self):
        done = self.etr([self.network.target(4)], ["setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"])
        self.assert_refused(done, IMPOSSIBLE, "CAP_NET_RAW", "setcap cap_net_raw")

    def test_a_file_that_may_not_be_read_or_written_is_named(self):
        """Plain root without capabilities may not either: etr drops them before it opens any file."""
        os.chmod(self.folder, 0o755)
        for name in ("secret.toml", "secret.csv"):
            path = os.path.join(self.folder, name)
            with open(path, "wb"):
                pass
            self.addCleanup(os.unlink, path)
            os.chmod(path, 0)
        host = self.network.target(4)
        self.assert_refused(self.etr(["--pipeline", "secret.toml", host]), IMPOSSIBLE, "secret.toml", "ermission denied")
        self.assert_refused(self.etr(["--sink", "csv:path=secret.csv", host]), IMPOSSIBLE, "secret.csv",
                            "permission denied")


if __name__ == "__main__":
    harness.main()
