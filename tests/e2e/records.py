"""A record stream of etr, and what must hold of it in any network."""
import json


def parse(text):
    """(path records, other lines) of NDJSON text; a line that is not complete JSON raises ValueError."""
    paths, others = [], []
    for line in text.splitlines():
        document = json.loads(line)
        (others if "type" in document else paths).append(document)
    return paths, others


def differences(record, truth, complete=True):
    """What is wrong with a record, as sentences, given the addresses of its flow's true path.

    complete: the network loses, limits and silences nothing, so that no hop may be missing.
    """
    found = []
    name = f"flow {record['probe_id']} (port {record['source_port']}) round {record['probe_num']}"
    ttls = [hop["ttl"] for hop in record["hops"]]
    if ttls != sorted(set(ttls)):
        found.append(f"{name}: hops out of order: {ttls}")
    for hop in record["hops"]:
        ttl = hop["ttl"]
        if ttl > len(truth):
            # In a lossy network a round may see the target only there: all earlier probes that reached it were lost.
            heard = {hop["ttl"] for hop in record["hops"] if not hop["timeout"]}
            if complete or heard & set(range(len(truth), ttl)) or hop["ip"] not in ("", truth[-1]):
                found.append(f"{name}: hop {ttl} ({hop['ip'] or '*'}) is past the target at {len(truth)}")
        elif hop["timeout"]:
            if hop["ip"] or hop["rtt"]:
                found.append(f"{name}: hop {ttl} timed out, yet shows {hop['ip']} {hop['rtt']}")
            if complete:
                found.append(f"{name}: hop {ttl} is missing, should be {truth[ttl - 1]}")
        elif hop["ip"] != truth[ttl - 1]:
            found.append(f"{name}: hop {ttl} is {hop['ip']}, should be {truth[ttl - 1]}")
    if complete:
        if ttls != list(range(1, len(truth) + 1)):
            found.append(f"{name}: hops {ttls}, should be 1 to {len(truth)}")
        if not record["reached_dest"]:
            found.append(f"{name}: reached_dest is false")
    if record["reached_dest"] != any(hop["ip"] == truth[-1] and not hop["timeout"] for hop in record["hops"]):
        found.append(f"{name}: reached_dest is {record['reached_dest']}, the hops contradict that")
    return found
