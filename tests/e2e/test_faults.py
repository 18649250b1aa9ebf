#!/usr/bin/python3
"""Faults around a running trace: it goes on, reports them, and every record stays true."""
import os
import signal
import socket
import struct
import threading
import time

import harness
import wire
from capture import Arrivals
from network import Network
from topologies import SOURCE, TARGET
from waiting import SLACK
from watching import Watching

ALL = "ETR_TEST_ALL" in os.environ


class Surroundings(Watching):

    def test_a_link_that_goes_down_and_comes_up_again(self):
        """Defect B2 of the Go etr: a send error is a verdict, not the end."""
        for family, flag in ((4, "-T"), (6, "-U")):
            with self.subTest(family=family), Network("line") as network:
                device = network.topology.out_of(SOURCE)[0].device(SOURCE)

                def down(_):
                    network.run(["ip", "link", "set", device, "down"], check=True)

                def up(_):
                    network.restore(SOURCE)
                found, _ = self.watch_true(network, family, 30, {5: down, 12: up}, flag)
                self.assert_healthy(found, range(0, 5))
                self.assert_healthy(found, range(20, 30))
                dark = [record for record in found if record["probe_num"] in range(8, 11)]
                self.assertEqual({record["reached_dest"] for record in dark}, {False})

    def test_a_gateway_that_changes_its_link_address(self):
        """A failover: the neighbour's new address is followed."""
        for family in (4, 6):
            with self.subTest(family=family), Network("line") as network:
                def fail_over(_):
                    device = network.topology.out_of(SOURCE)[0].device("r1")
                    network.run(["ip", "link", "set", device, "address", "02:00:00:ff:ff:01"], node="r1", check=True)
                    network.run(["ip", "neigh", "flush", "dev", network.topology.out_of(SOURCE)[0].device(SOURCE)],
                                check=True)
                found, _ = self.watch_true(network, family, 30, {5: fail_over})
                self.assert_healthy(found, range(0, 5))
                self.assert_healthy(found, range(20, 30))

    def test_a_stopped_process_goes_on_with_true_times(self):
        with Network("line") as network:
            def stop(etr):
                etr.signal(signal.SIGSTOP)
                threading.Timer(10 if ALL else 2, lambda: etr.signal(signal.SIGCONT)).start()
            found, _ = self.watch_true(network, 4, 20, {5: stop})
            self.assert_healthy(found, [*range(0, 5), *range(8, 20)])
            for record in found:
                for hop in record["hops"]:
                    self.assertLess(hop["rtt"], 20000, record)


class Hostility(Watching):

    def test_truncated_and_forged_errors_change_nothing(self):
        """Defect B1 of the Go etr: an ICMP error may quote any number of octets of our probe, or another host's."""
        for family in (4, 6):
            with self.subTest(family=family), Network("line") as network:
                forger = _Forger(network, family)
                found, _ = self.watch_true(network, family, 12, {2: lambda _: forger.start()}, "-U")
                forger.stop()
                self.assertGreater(forger.sent, 1000)
                self.assert_healthy(found, range(0, 12))
                self.assertEqual({record["path_id"] for record in found}, {found[0]["path_id"]})


class Own(Watching):

    def test_quitting_does_not_wait_for_delays(self):
        """Defect B8 of the Go etr, docs/compatibility.md."""
        with Network("line") as network:
            arrivals = Arrivals(network, "r1")
            etr = harness.RunningEtr(network, "-P", "4", "-d", "60s", "-t", "50s", "-i", "1s", network.target(4))
            arrivals.wait_for(flows=4, probes=1)
            began = time.monotonic()
            etr.signal(signal.SIGINT)
            etr.end()
            self.assertLess(time.monotonic() - began, 0.5 + SLACK)

    def test_high_udp_ttls_towards_a_dark_target_do_not_end_the_run(self):
        """Defect B2 of the Go etr: probes larger than the MTU."""
        with Network("line") as network:
            network.darken(TARGET)
            found, _ = self.etr(network, "-U", "-m", "80", "-P", "2", "-c", "2", "-d", "300ms", "-t", "200ms",
                                network.target(4))
            self.assert_true_paths(network, found, complete=False, flows=2, rounds=2)

    def test_ports_of_well_known_services_are_ports_like_others(self):
        """Defect A16 of the Go etr, docs/compatibility.md."""
        with Network("line") as network:
            for port in (53, 123, 4789, 5060, 6081):
                with self.subTest(port=port):
                    found, _ = self.etr(network, "-U", "-p", str(port), "-P", "2", "-c", "1", "-t", "200ms",
                                        network.target(4))
                    self.assert_true_paths(network, found, flows=2, rounds=1)

    def test_many_open_flows_of_other_programs_are_not_mixed_up(self):
        """Defect C4 of the Go etr: a source port in use is skipped and reported, its traffic is ignored."""
        with Network("line") as network:
            listener = network.open_tcp()
            taken = network.socket(SOURCE, socket.AF_INET, socket.SOCK_STREAM)
            taken.bind((network.source(4), harness.SOURCE_PORT + 1))
            taken.connect((network.target(4), 443))
            accepted, _ = listener.accept()
            done = harness.run_etr(network, "-P", "4", "-c", "2", "-d", "200ms", "-t", "150ms", network.target(4))
            self.assertEqual(done.returncode, 0, done.stderr)
            found, _ = harness.records.parse(done.stdout)
            self.assertNotIn(harness.SOURCE_PORT + 1, {record["source_port"] for record in found})
            taken.sendall(b"still here")
            self.assertEqual(accepted.recv(100), b"still here")
            accepted.close()


class _Forger:
    """The router r3 sends the source forged errors, as fast as it can, until stopped."""

    def __init__(self, network, family):
        self.sent = 0
        self._family = family
        self._source, self._target = network.source(family), network.target(family)
        kind = (socket.AF_INET, socket.IPPROTO_ICMP) if family == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
        self._socket = network.socket("r3", kind[0], socket.SOCK_RAW, kind[1])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join(5)

    def _run(self):
        # Right addresses and ports, wrong proof: truncated quotes, ids and tokens that were never sent.
        while not self._stop.is_set():
            for ttl in range(1, 7):
                for cut in (0, 1, 4, 7, 8, 12, 16, 28, 100):
                    datagram = wire.udp_datagram(self._source, self._target, harness.SOURCE_PORT + self.sent % 4, 33434,
                                                 bytes(20 * ttl))
                    quote = wire.ip_packet(self._family, self._source, self._target, wire.UDP, 1, datagram,
                                           identification=40000 + self.sent % 1000)
                    header = 20 if self._family == 4 else 40
                    error = (11, 3, 12) if self._family == 4 else (3, 1, 4)
                    icmp = struct.pack("!BBHI", error[self.sent % 3], 0, 0, 0) + quote[:header + cut]
                    if self._family == 4:
                        icmp = icmp[:2] + struct.pack("!H", wire.checksum(icmp)) + icmp[4:]
                    try:
                        self._socket.sendto(icmp, (self._source, 0))
                        self.sent += 1
                    except OSError:
                        pass
                    time.sleep(0.0002)


if __name__ == "__main__":
    harness.main()
