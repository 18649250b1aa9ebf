#!/usr/bin/python3
"""A laboratory of ECMP networks made of network namespaces, as a command.

  lab.py list                                    the networks
  lab.py run nested -- etr TARGET                runs a command in the source; TARGET and TARGET6 are replaced
  lab.py shell sixteen                           a shell in the source
  lab.py truth nested --flows 8 --proto tcp      the path of each flow, according to the routers
  lab.py clean                                   removes the namespaces of killed runs
  lab.py possible                                prints the reason and exits 77 where there can be no lab

The target listens on TCP port 443 and answers UDP port 5353. The command sees ETR_LAB_TARGET and ETR_LAB_TARGET6.
"""
import argparse
import collections
import os
import signal
import subprocess
import sys

import namespaces
import truth
from network import Network
from topologies import TOPOLOGIES


def _list(_):
    for topology in TOPOLOGIES.values():
        print(f"{topology.name:14} {topology.summary}")
    return 0


def _clean(_):
    namespaces.sweep()
    return 0


def _truth(arguments):
    with Network(arguments.topology) as network:
        for family in (4, 6):
            ports = range(arguments.source_port, arguments.source_port + arguments.flows)
            flows = collections.defaultdict(list)
            for port, path in truth.paths(network, family, arguments.proto, ports, arguments.dest_port).items():
                flows[tuple(path)].append(port)
            print(f"IPv{family} {arguments.proto} port {arguments.dest_port}: {len(flows)} paths")
            for path, members in sorted(flows.items()):
                print("  " + " ".join(path) + "  <- " + " ".join(map(str, members)))
    return 0


def _run(arguments):
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    with Network(arguments.topology) as network:
        network.open_tcp()
        network.answer_udp(size=48)
        targets = {"TARGET": network.target(4), "TARGET6": network.target(6)}
        environment = dict(os.environ, ETR_LAB_TARGET=targets["TARGET"], ETR_LAB_TARGET6=targets["TARGET6"],
                           ETR_LAB_NAME=arguments.topology)
        # The command handles ^C; the clean-up follows when it has ended.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if not command:
            print(f"In the source of '{arguments.topology}'. Target: {targets['TARGET']} {targets['TARGET6']}")
            command = [os.environ.get("SHELL", "/bin/sh")]
        process = subprocess.Popen(
            namespaces.in_namespace(network.namespace("src"), [targets.get(word, word) for word in command]),
            env=environment, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("list").set_defaults(function=_list)
    commands.add_parser("clean").set_defaults(function=_clean)
    commands.add_parser("possible").set_defaults(function=lambda _: 0)
    for name, function in (("run", _run), ("shell", _run), ("truth", _truth)):
        sub = commands.add_parser(name)
        sub.add_argument("topology", choices=TOPOLOGIES, metavar="TOPOLOGY")
        sub.set_defaults(function=function, command=[])
        if name == "run":
            sub.add_argument("command", nargs=argparse.REMAINDER)
        if name == "truth":
            sub.add_argument("--flows", type=int, default=64)
            sub.add_argument("--proto", choices=("tcp", "udp"), default="tcp")
            sub.add_argument("--source-port", type=int, default=50000)
            sub.add_argument("--dest-port", type=int, default=443)
    arguments = parser.parse_args()

    if arguments.function not in (_list, _clean):
        reason = namespaces.why_impossible()
        if reason:
            print(f"lab: {reason}", file=sys.stderr)
            return 77
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    return arguments.function(arguments)


if __name__ == "__main__":
    sys.exit(main())
