#!/usr/bin/python3
"""The README's iperf3 recipe, verbatim: the data take the path that etr has shown for the source port."""
import json
import os
import re
import shutil
import tempfile

import bpf
import harness
import namespaces
from network import Network
from topologies import SOURCE, TARGET
from waiting import until

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../README.md")
PORT = 5201
OCTETS = 1 << 20         # that iperf3 shall send; at its end it forgets what is still in its buffers
DATA = OCTETS // 10      # data are more than this
CONTROL = OCTETS // 100  # and a control connection is less than this
_WITNESS = """table inet witness {
  set tcp_ports { type inet_service; flags dynamic; counter; }
  set udp_ports { type inet_service; flags dynamic; counter; }
  chain in { type filter hook prerouting priority 0;
    tcp dport %d add @tcp_ports { tcp sport }
    udp dport %d add @udp_ports { udp sport }
  }
}
""" % (PORT, PORT)


def recipe(protocol):
    """(etr's flags, iperf3's arguments) of the README."""
    with open(README, encoding="utf-8") as file:
        section = re.search(r"^## Test one path.*?^```sh\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL).group(1)
    commands = [line.split("#")[0].split() for line in section.splitlines() if line]
    names = [command[0] for command in commands]
    if names != ["etr", "iperf3"] * 2:
        raise ValueError(f"the recipe's commands are {names}")
    first = {"tcp": 0, "udp": 2}[protocol]
    return commands[first][1:], commands[first + 1][1:]


class Iperf3(harness.LabTest):

    @classmethod
    def setUpClass(cls):
        if shutil.which("iperf3") is None:
            raise harness.unittest.SkipTest("'iperf3' is not installed")
        cls.network = cls.enterClassContext(Network("nested"))
        link = cls.network.topology.out_of(SOURCE)[0]
        reason = bpf.why_impossible(cls.network.namespace(link.far), link.device(link.far))
        if reason:
            raise harness.unittest.SkipTest(reason)
        cls.routers = [node for node in cls.network.topology.nodes if node not in (SOURCE, TARGET)]
        cls.log = cls.enterClassContext(tempfile.NamedTemporaryFile("r", prefix="etr-lab-", encoding="utf-8"))
        cls.runs = 0
        with open(cls.log.name, "w", encoding="utf-8") as log:
            cls.network.start(["iperf3", "-s", "-p", str(PORT), "--forceflush"], node=TARGET, stdout=log, stderr=log)

    def server_is_ready(self):
        """It prints a line before each test; earlier connections are refused."""
        self.log.seek(0)
        return self.log.read().count("Server listening") > self.runs

    def iperf3(self, arguments):
        until(self.server_is_ready, "iperf3's server listens")
        type(self).runs += 1
        done = self.network.run(["iperf3", *arguments, "-n", str(OCTETS), "-b", "0"], capture_output=True, text=True,
                                timeout=30, check=False)
        self.assertEqual(done.returncode, 0, f"iperf3 {' '.join(arguments)}:\n{done.stdout}{done.stderr}")

    def trace(self, family, flags):
        """{source port: the routers on its path}, according to etr's records."""
        found, _ = self.etr(self.network, "-c", "1", "-t", "300ms",
                            *[self.network.target(family) if word == "HOST" else word for word in flags])
        owners = {link.address(link.far, family): link.far for link in self.network.topology.links}
        return {record["source_port"]: {owners[hop["ip"]] for hop in record["hops"][:-1]} for record in found}

    def witnesses(self):
        """{protocol: {source port: {router: octets that came to it for the server}}}."""
        seen = {"tcp": {}, "udp": {}}
        for node in self.routers:
            listing = self.network.run(["nft", "-j", "list", "table", "inet", "witness"], node=node,
                                       capture_output=True, text=True, check=True).stdout
            for entry in json.loads(listing)["nftables"]:
                for element in entry.get("set", {}).get("elem", ()):
                    ports = seen[entry["set"]["name"].removesuffix("_ports")]
                    ports.setdefault(element["elem"]["val"], {})[node] = element["elem"]["counter"]["bytes"]
        return seen

    def witnessed(self, sending):
        """What the routers saw while `sending` lasted."""
        try:
            for node in self.routers:
                self.network.nft(node, _WITNESS)
            sending()
            return self.witnesses()
        finally:
            for node in self.routers:
                self.network.nft(node, "table inet witness\ndelete table inet witness\n")

    def assert_took(self, path, octets):
        """All routers of the path, and no others, received the data, and each of them all of it."""
        self.assertEqual(set(octets), path)
        self.assertEqual(len(set(octets.values())), 1, octets)
        self.assertGreater(min(octets.values()), DATA)

    def check(self, family, protocol):
        flags, arguments = recipe(protocol)
        recorded = self.trace(family, flags)
        ports = {frozenset(path): port for port, path in recorded.items()}.values()  # one for each path
        self.assertGreater(len(ports), 4)

        def send():
            for port in ports:
                words = {"HOST": self.network.target(family), "50006": str(port)}
                self.iperf3([words.get(word, word) for word in arguments])

        seen = self.witnessed(send)
        for port in ports:
            with self.subTest(port=port):
                self.assert_took(recorded[port], seen[protocol].pop(port, {}))
        # What is left are the control connections, over TCP and from ports of their own.
        self.assertEqual(seen["udp"], {})
        self.assertEqual(len(seen["tcp"]), len(ports))
        for octets in seen["tcp"].values():
            self.assertLess(max(octets.values()), CONTROL)

    def test_tcp_data_take_the_recorded_path(self):
        for family in (4, 6):
            with self.subTest(family=family):
                self.check(family, "tcp")

    def test_udp_data_take_the_recorded_path(self):
        for family in (4, 6):
            with self.subTest(family=family):
                self.check(family, "udp")

    def test_parallel_streams_take_the_ports_that_follow(self):
        flags, arguments = recipe("tcp")
        recorded = self.trace(4, flags)
        words = {"HOST": self.network.target(4)}
        seen = self.witnessed(lambda: self.iperf3([*[words.get(word, word) for word in arguments], "-P", "3"]))["tcp"]
        for port in range(50006, 50009):
            self.assertEqual(set(seen[port]), recorded[port])
        self.assertEqual(len(seen), 4)

    def test_without_automatic_flow_labels_where_routers_hash_them(self):
        every_field = 0x3F  # addresses, protocol, flow label, ports
        namespaces.set_sysctls(self.network.namespace(SOURCE), {"net/ipv6/auto_flowlabels": 0})
        for node in self.routers:
            namespaces.set_sysctls(self.network.namespace(node), {"net/ipv6/fib_multipath_hash_fields": every_field,
                                                                  "net/ipv6/fib_multipath_hash_policy": 3})
        try:
            self.check(6, "tcp")
        finally:
            namespaces.set_sysctls(self.network.namespace(SOURCE), {"net/ipv6/auto_flowlabels": 1})
            for node in self.routers:
                namespaces.set_sysctls(self.network.namespace(node), {"net/ipv6/fib_multipath_hash_policy": 1})


if __name__ == "__main__":
    harness.main()
