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
            f"{six} dual.test", f"{four} dual.test", f"{four} four.test", f"::ffff:{four} mapped.test"]))

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


if __name__ == "__main__":
    harness.main()
