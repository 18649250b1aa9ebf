"""Ground truth: the path of each flow, according to the kernels.

Each router on the way is asked what it would do with a packet of the flow that came in by this interface
(`ip route get ... iif ... ipproto ... sport ... dport ...`), hop by hop.
"""
import collections
import json

from namespaces import ip_batch
from topologies import SOURCE, TARGET


def paths(network, family, protocol, source_ports, destination_port):
    """{source port: [address of hop 1, hop 2, ..., the target]}: the responder there, if there is one."""
    flows = flow_paths(network, family, protocol, [(port, destination_port) for port in source_ports])
    return {source_port: path for (source_port, _), path in flows.items()}


def flow_paths(network, family, protocol, flows):
    """The same for flows given as (source port, destination port)."""
    topology = network.topology
    target, source = network.target(family), network.source(family)
    answers = {flow: [] for flow in flows}
    at = {(SOURCE, None): list(flows)}  # (node, link it was reached by) -> flows
    while at:
        onward = collections.defaultdict(list)
        for (node, link), here in at.items():
            if node == TARGET:
                continue
            device = f" iif {link.device(node)}" if link else ""
            output = ip_batch([f"route get {target} from {source}{device} ipproto {protocol.lower()} "
                               f"sport {ports[0]} dport {ports[1]}" for ports in here], network.namespace(node), ["-j"])
            by_device = {link.device(node): link for link in topology.out_of(node)}
            for flow, route in zip(here, _documents(output)):
                chosen = by_device[route[0]["dev"]]
                answers[flow].append(target if chosen.far == TARGET else chosen.address(chosen.far, family))
                onward[(chosen.far, chosen)].append(flow)
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
