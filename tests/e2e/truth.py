"""Ground truth: which way each flow goes, by the kernels' own word.

Each router on the way is asked what it would do with a packet of the flow that came in by this interface
(`ip route get ... iif ... ipproto ... sport ... dport ...`), hop by hop.
"""
import collections
import json

from namespaces import ip_batch
from topologies import SOURCE, TARGET


def paths(network, family, protocol, source_ports, destination_port):
    """{source port: [address of hop 1, hop 2, ..., the target]}: who answers there, if anybody does."""
    topology = network.topology
    target, source = network.target(family), network.source(family)
    answers = {port: [] for port in source_ports}
    at = {(SOURCE, None): list(source_ports)}  # (node, link it was reached by) -> flows
    while at:
        onward = collections.defaultdict(list)
        for (node, link), ports in at.items():
            if node == TARGET:
                continue
            device = f" iif {link.device(node)}" if link else ""
            output = ip_batch([f"route get {target} from {source}{device} ipproto {protocol.lower()} "
                               f"sport {port} dport {destination_port}" for port in ports],
                              network.namespace(node), ["-j"])
            by_device = {link.device(node): link for link in topology.out_of(node)}
            for port, route in zip(ports, _documents(output)):
                chosen = by_device[route[0]["dev"]]
                answers[port].append(target if chosen.far == TARGET else chosen.address(chosen.far, family))
                onward[(chosen.far, chosen)].append(port)
        at = onward
    return answers


def _documents(text):
    """The JSON documents that `ip -j -batch` writes one after the other."""
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text.rstrip()):
        document, position = decoder.raw_decode(text, position)
        while position < len(text) and text[position].isspace():
            position += 1
        yield document
