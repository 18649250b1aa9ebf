#!/usr/bin/python3
"""Another planner than the program's own, over real packets: one flow at a time, each on a port of its own."""
import os

import harness
import truth
from network import Network

FLOWS = 24


class OtherPlanner(harness.LabTest):

    def test_finds_the_true_path_of_each_flow(self):
        program = os.path.join(os.environ["ETR_BINARY_DIR"], "bin", "one_by_one")
        for family in (4, 6):
            with self.subTest(family=family), Network("nested") as network:
                done = network.run([program, network.target(family), str(FLOWS)], capture_output=True, text=True,
                                   timeout=60, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                found = {int(line.split()[0]): line.split()[1:] for line in done.stdout.splitlines()}
                self.assertEqual(sorted(found), list(range(50000, 50000 + FLOWS)))
                paths = truth.paths(network, family, "TCP", sorted(found), 443)
                for port, hops in found.items():
                    self.assertEqual(hops, list(paths[port]), f"port {port}")
                self.assertGreater(len({tuple(hops) for hops in found.values()}), 4)


if __name__ == "__main__":
    harness.main()
