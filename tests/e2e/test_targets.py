#!/usr/bin/python3
"""From a host as people write it to the address and port that are traced."""
import harness
import netns_etc
from network import Network
from topologies import SOURCE


class Targets(harness.LabTest):

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network("line"))
        cls.network.open_tcp()
        four, six = cls.network.target(4), cls.network.target(6)
        cls.enterClassContext(netns_etc.hosts(cls.network, [
            f"{six} dual.test", f"{four} dual.test", f"{four} four.test", f"::ffff:{four} mapped.test",
            f"{four} xn--bcher-kva.test"]))

    def traced(self, *arguments):
        """The (address, port) of the records of a short run."""
        found, _ = self.etr(self.network, "-P", "1", "-c", "1", "-t", "300ms", *arguments)
        return {(record["destination_ip"], record["destination_port"]) for record in found}

    def refusal(self, *arguments):
        done = harness.run_etr(self.network, "-c", "1", *arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr

    def test_the_source_chooses_the_family_of_the_target(self):
        for family in (4, 6):
            with self.subTest(family=family):
                self.assertEqual(self.traced("--source", self.network.source(family), "dual.test"),
                                 {(self.network.target(family), 443)})
        self.assertIn("'four.test' has no IPv6 address, which source",
                      self.refusal("--source", self.network.source(6), "four.test"))

    def test_an_ipv4_mapped_address_is_traced_as_ipv4(self):
        for host in ("mapped.test", f"::ffff:{self.network.target(4)}"):
            with self.subTest(host=host):
                self.assertEqual(self.traced(host), {(self.network.target(4), 443)})

    def test_a_host_may_be_written_with_port_brackets_or_as_a_url(self):
        four, six = self.network.target(4), self.network.target(6)
        for host, traced in ((f"[{six}]", (six, 443)), (f"[{six}]:80", (six, 80)), (f"{four}:80", (four, 80)),
                             ("four.test:80", (four, 80)), ("https://four.test/path?query", (four, 443)),
                             (f"https://[{six}]:8443/", (six, 8443)), ("four.test.", (four, 443)),
                             (f"{four}.", (four, 443)), ("b\u00fccher.test", (four, 443)),
                             ("B\u00dcCHER.test", (four, 443))):
            with self.subTest(host=host):
                self.assertEqual(self.traced(host), {traced})

    def test_two_ports_of_one_host_are_two_targets(self):
        four = self.network.target(4)
        self.assertEqual(self.traced("-p", "80", "four.test:443", "four.test"), {(four, 443), (four, 80)})
        self.assertIn("are the same host", self.refusal("-p", "80", "four.test:80", "four.test"))


class Zones(harness.LabTest):
    """Two links, and the same link-local address at the far end of both."""

    def setUp(self):
        self.network = self.enterContext(Network("uplinks"))
        self.links = self.network.topology.out_of(SOURCE)[:2]
        for number, link in enumerate(self.links):
            # Their own addresses are the same, too: only the interface tells them apart.
            self.network.run(["ip", "addr", "add", "fe80::aa/64", "dev", link.device(SOURCE), "nodad"], check=True)
            self.network.run(["ip", "addr", "add", "fe80::bb/64", "dev", link.device(link.far), "nodad"],
                             node=link.far, check=True)
            if number == 1:
                self.network.nft(link.far, "table ip6 wall { chain in { type filter hook input priority 0;\n"
                                           "ip6 daddr fe80::bb meta l4proto { tcp, udp } drop\n}; }\n")
        self.near, self.far = (link.device(SOURCE) for link in self.links)

    def reached(self, *arguments):
        """{target as written: whether it answered}."""
        found, _ = self.etr(self.network, "-P", "1", "-c", "1", "-m", "2", "-t", "300ms", *arguments)
        return {record["target"]: record["reached_dest"] for record in found}

    def refusal(self, *arguments):
        done = harness.run_etr(self.network, "-c", "1", *arguments)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr

    def test_a_zone_is_obeyed_and_part_of_the_target(self):
        for flag in ("-T", "-U"):
            with self.subTest(flag=flag):
                near, far = f"fe80::bb%{self.near}", f"fe80::bb%{self.far}"
                self.assertEqual(self.reached(flag, near), {near: True})
                self.assertEqual(self.reached(flag, far), {far: False})
                self.assertEqual(self.reached(flag, near, far), {near: True, far: False})
                self.assertEqual(self.reached(flag, "--interface", self.near, "fe80::bb"), {"fe80::bb": True})

    def test_a_zone_of_the_source_is_the_interface(self):
        for device, answers in ((self.near, True), (self.far, False)):
            self.assertEqual(self.reached("--source", f"fe80::aa%{device}", "fe80::bb"), {"fe80::bb": answers})

    def test_contradictions_are_errors(self):
        self.assertIn(f"is on interface {self.near}, but probes are to leave by {self.far}",
                      self.refusal("--interface", self.far, f"fe80::bb%{self.near}"))
        self.assertIn(f"is on interface {self.near}, but --interface is {self.far}",
                      self.refusal("--interface", self.far, "--source", f"fe80::aa%{self.near}", "fe80::bb"))
        self.assertIn("is on every link", self.refusal("fe80::bb"))
        self.assertIn("no interface 'nosuch0'", self.refusal("fe80::bb%nosuch0"))


if __name__ == "__main__":
    harness.main()
