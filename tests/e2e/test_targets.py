#!/usr/bin/python3
"""From a host as people write it to the address and port that are traced."""
import harness
import netns_etc
from network import Network


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


if __name__ == "__main__":
    harness.main()
