"""The networks of the lab, as data: its links and its faults.

A topology is a directed graph without cycles from `src` to `dst`. A node sends towards the target over all
its outgoing links (equal-cost multipath) and towards the source over its first incoming one.
"""
import dataclasses
import functools

SOURCE = "src"
TARGET = "dst"


@dataclasses.dataclass(frozen=True)
class Link:
    """A link, its near end first. Its number gives it its addresses."""
    number: int
    near: str
    far: str
    kind: str = "veth"    # or "tap", "tun": through the user-space forwarder
    delay: float = 0.0    # seconds each way; needs the forwarder
    loss: int = 0         # percent of what leaves near and never arrives at far
    twice: bool = False   # what comes from far arrives twice; needs the forwarder

    def address(self, node, family):
        host = 1 if node == self.near else 2
        if family == 4:
            return f"10.{self.number // 250}.{self.number % 250}.{host}"
        return f"fd00:0:0:{self.number:x}::{host}"

    def device(self, node):
        return "to-" + (self.far if node == self.near else self.near)

    def mac(self, node):
        return f"02:00:00:{self.number >> 8:02x}:{self.number & 255:02x}:{1 if node == self.near else 2:02x}"


@dataclasses.dataclass(frozen=True)
class Topology:
    name: str
    summary: str
    links: tuple
    silent: frozenset = frozenset()   # routers that never send ICMP errors
    limited: frozenset = frozenset()  # routers with Linux's own ICMP rate limits

    @functools.cached_property
    def nodes(self):
        seen = {SOURCE: None}
        for link in self.links:
            seen[link.near] = seen[link.far] = None
        return tuple(seen)

    def out_of(self, node):
        return [link for link in self.links if link.near == node]

    def into(self, node):
        return [link for link in self.links if link.far == node]

    @property
    def flawless(self):
        """No probe and no answer is ever lost here."""
        return not self.silent and not self.limited and not any(link.loss for link in self.links)

    @property
    def userspace(self):
        return any(link.kind != "veth" for link in self.links)

    def address(self, node, family):
        """A host's own address: the target's is a service address, reached over any branch."""
        if node == TARGET:
            return "10.255.0.1" if family == 4 else "fd00:ff::1"
        uplinks = self.out_of(SOURCE)
        if len(uplinks) == 1:
            return uplinks[0].address(SOURCE, family)
        return "10.254.0.1" if family == 4 else "fd00:fe::1"


def _topology(name, summary, pairs, links=None, **rest):
    """`pairs` are the links; `links` maps a pair to its special properties."""
    particular = links or {}
    return Topology(name, summary, tuple(
        Link(number, near, far, **particular.get((near, far), {}))
        for number, (near, far) in enumerate(pairs, start=1)), **rest)


def _chain(*nodes):
    return list(zip(nodes, nodes[1:]))


def _diamond(width):
    middle = [f"m{i}" for i in range(width)]
    return [(SOURCE, "r1"), *(("r1", m) for m in middle), *((m, "r2") for m in middle), ("r2", TARGET)]


def _nested(width):
    pairs = [(SOURCE, "r1")]
    for i in range(width):
        pairs.append(("r1", f"a{i}"))
    for i in range(width):
        for j in range(width):
            pairs += [(f"a{i}", f"b{i}{j}"), (f"b{i}{j}", "z")]
    return [*pairs, ("z", TARGET)]


def _line(hops):
    return _chain(SOURCE, *(f"r{i}" for i in range(1, hops)), TARGET)


def _every(pairs, **particular):
    return {pair: particular for pair in pairs}


_ALL = (
    _topology("line", "four hops, one path", _line(4)),
    _topology("two-way", "a diamond of two", _diamond(2)),
    _topology("sixteen", "a diamond of sixteen", _diamond(16)),
    _topology("nested", "four ways, each of them four ways again: 16 paths", _nested(4)),
    _topology("unequal", "a short and a long branch",
              [(SOURCE, "r1"), ("r1", "a"), ("r1", "b1"), ("b1", "b2"), ("a", "z"), ("b2", "z"), ("z", TARGET)]),
    _topology("uplinks", "the source itself balances over two uplinks",
              [(SOURCE, "g0"), (SOURCE, "g1"), ("g0", "r"), ("g1", "r"), ("r", TARGET)]),
    _topology("silent", "the second router never answers", _line(5), silent=frozenset({"r2"})),
    _topology("lossy", "20 % of the packets are lost between the second and the third router", _line(5),
              links={("r2", "r3"): {"loss": 20}}),
    _topology("limited", "the second router has Linux's default ICMP rate limit", _line(5),
              limited=frozenset({"r2"})),
    _topology("tun", "the source's uplink is a tun device, then a diamond of two", _diamond(2),
              links={(SOURCE, "r1"): {"kind": "tun"}}),
    _topology("delay", "ten hops, 1 ms each way per link", _line(10),
              links=_every(_line(10), kind="tap", delay=0.001)),
    _topology("slow", "100 ms each way on the link before the last", _line(5),
              links={("r3", "r4"): {"kind": "tap", "delay": 0.1}}),
    _topology("delay-nested", "nested, 2 ms each way on the first link and before the target", _nested(4),
              links={(SOURCE, "r1"): {"kind": "tap", "delay": 0.002}, ("z", TARGET): {"kind": "tap", "delay": 0.002}}),
    _topology("twice", "whatever comes back comes twice", _line(4), links={(SOURCE, "r1"): {"kind": "tap", "twice": True}}),
    _topology("nested-lossy", "nested, with 20 % loss on the way to a0, so in one of four branches", _nested(4),
              links={("r1", "a0"): {"loss": 20}}),
)

TOPOLOGIES = {topology.name: topology for topology in _ALL}
