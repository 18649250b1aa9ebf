"""The tools that bench/compare runs: their commands, and what their output claims."""
import dataclasses
import json
import os
import re
import sys
from typing import Callable, Optional

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
# pylint: disable=wrong-import-position
import records


@dataclasses.dataclass
class Claims:
    """What a tool reports. A tool whose probes keep no flow claims hops, but no links between them."""
    protocol: str = "udp"
    hops: set = dataclasses.field(default_factory=set)     # (TTL, address)
    flows: Optional[dict] = None                           # (source port, destination port) -> {TTL: address}
    links: set = dataclasses.field(default_factory=set)    # ((TTL, address), (TTL + 1, address)), beside those of flows
    times: list = dataclasses.field(default_factory=list)  # (source port, destination port, TTL, microseconds); ports may be None

    def add(self, ports, ttl, address, microseconds=None):
        self.hops.add((ttl, address))
        if None not in ports:
            self.flows = self.flows if self.flows is not None else {}
            self.flows.setdefault(ports, {})[ttl] = address
        if microseconds is not None:
            self.times.append((*ports, ttl, microseconds))


@dataclasses.dataclass(frozen=True)
class Tool:
    program: str
    arguments: str                             # the target is added
    package: str                               # Debian's name for it
    read: Callable[[str], Claims]              # of what it wrote; its working directory is current
    labs: str = ""                             # only in labs whose name begins so

    @property
    def name(self):
        return f"{os.path.basename(self.program)} {self.arguments}"


def read_etr(text):
    claims = Claims("tcp", flows={})
    for record in records.parse(text)[0]:
        ports = record["source_port"], record["destination_port"]
        for hop in record["hops"]:
            if not hop["timeout"]:
                claims.add(ports, hop["ttl"], hop["ip"], hop["rtt_ns"] / 1e3 if hop["rtt_ns"] is not None else None)
    return claims


def read_mtr(text):
    """Raw lines: 'h row address', 'p row microseconds number'; the number is the probe's destination port."""
    claims, address = Claims(), {}
    for line in text.splitlines():
        kind, *rest = line.split()
        if kind == "h":
            address[int(rest[0])] = rest[1]
            claims.add((None, None), int(rest[0]) + 1, rest[1])
        elif kind == "p":
            claims.times.append((None, int(rest[2]), int(rest[0]) + 1, float(rest[1])))
    return claims


def read_traceroute(text):
    """Each probe has the next destination port, from 33434 on; a row holds the answers in the order of the probes."""
    claims, port = Claims(), 33434
    for line in text.splitlines()[1:]:
        row, _, answers = line.strip().partition(" ")
        address = None
        for word in re.findall(r"\*|[\d.]+ ms|[0-9a-f.:]{7,}", answers):
            if word != "*" and not word.endswith(" ms"):
                address = word
                continue
            if word != "*":
                claims.add((None, None), int(row), address)
                claims.times.append((None, port, int(row), float(word.split()[0]) * 1e3))
            port += 1
    return claims


def read_tracelb(text):
    """A node of scamper's graph is followed by rows of nodes, TTL by TTL, each of which names the flows it was seen by. A row
    of one node is linked with all of the next and of the one before; "*" is a hop that does not answer."""
    claims = Claims(flows={})
    for graph in map(json.loads, text.splitlines()):
        if graph["type"] != "tracelb" or "nodes" not in graph:
            continue
        ttls = {graph["nodes"][0]["addr"]: graph["firsthop"]}
        for node in graph["nodes"]:
            before, ttl = [node["addr"]], ttls[node["addr"]]
            for row in node.get("links", ()):
                row = [far for far in row if far["addr"] != "*"]
                after = ttl
                ttl = next((probe["ttl"] for far in row for probe in far.get("probes", ())), ttl + 1)
                if ttl != after + 1:  # the next link of this node
                    before = [node["addr"]] if ttl == ttls[node["addr"]] + 1 else []
                seen = [far["addr"] for far in row]
                if 1 in (len(before), len(seen)):
                    claims.links |= {((ttl - 1, near), (ttl, far)) for near in before for far in seen}
                for far in row:
                    _add_probes(claims, graph["sport"], far)
                ttls.update((address, ttl) for address in seen)
                before = seen
        claims.hops |= {(ttl, address) for address, ttl in ttls.items()}
    return claims


def _add_probes(claims, source_port, node):
    for probe in node.get("probes", ()):
        for reply in probe.get("replies", ()):
            claims.add((source_port, probe["flowid"]), probe["ttl"], node["addr"], reply["rtt"] * 1e3)


def read_dublin(_):
    claims = Claims(flows={})
    with open("trace.json", encoding="utf-8") as file:
        flows = json.load(file)["flows"]
    for hops in flows.values():
        for hop in hops:
            if hop["received"]:
                sent = hop["sent"]
                claims.add((sent["udp"]["sport"], sent["udp"]["dport"]), sent["ip"]["ttl"], hop["received"]["ip"]["src"],
                           hop["rtt_usec"])
    return claims


def tools(etr):
    """All of them; `etr` is the program's path."""
    return [
        Tool(etr, "-J -n -c 1", "", read_etr),
        Tool(etr, "-J -n -c 1 -P 96", "", read_etr),
        Tool(etr, "-J -n -c 1 -P 96 -i 0 --rate 0", "", read_etr),
        Tool(etr, "-J -n -c 15 -P 96", "", read_etr, "limited"),
        Tool("scamper", "-O json -c 'tracelb -W 15' -i", "scamper", read_tracelb),
        Tool("dublin-traceroute", "-n 96 -D 1 -T 6", "dublin-traceroute", read_dublin),
        Tool("mtr", "-n -u -c 96 -i 0.01 -G 0.5 --raw", "mtr-tiny", read_mtr),
        Tool("traceroute", "-n", "traceroute", read_traceroute),
        Tool("traceroute", "-n -q 10 -N 500 -w 0.5", "traceroute", read_traceroute),
    ]
