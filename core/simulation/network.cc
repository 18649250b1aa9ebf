#include "simulation/network.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_format.h"

namespace etr::simulation {
namespace {

absl::Status invalid(const std::string& what) { return absl::InvalidArgumentError(what); }

bool is_share(double value) { return value >= 0 && value <= 1; }

absl::Status check_wire(const std::string& where, const Wire& wire) {
  if (wire.delay < Duration{} || wire.jitter < Duration{} || wire.reorder_delay < Duration{}) {
    return invalid(where + ": times must not be negative");
  }
  if (!is_share(wire.loss) || !is_share(wire.duplicate) || !is_share(wire.reorder)) {
    return invalid(where + ": shares lie between 0 and 1");
  }
  return absl::OkStatus();
}

absl::Status check_addresses(const std::string& where, const std::vector<IpAddress>& addresses) {
  std::set<Family> seen;
  for (const IpAddress& address : addresses) {
    if (!seen.insert(address.family).second) {
      return invalid(where + ": more than one address of a family");
    }
  }
  return absl::OkStatus();
}

absl::Status check_links(const std::string& where, const std::vector<Link>& links,
                         const std::set<std::string>& ids) {
  for (const Link& link : links) {
    const std::string name = absl::StrFormat("%s: link to '%s'", where, link.to);
    if (ids.count(link.to) == 0) return invalid(name + ", which does not exist");
    if (!(link.weight > 0)) return invalid(name + ": the weight must be above 0");
    if (absl::Status status = check_addresses(name, link.addresses); !status.ok()) return status;
    if (absl::Status status = check_wire(name, link.forward); !status.ok()) return status;
    if (absl::Status status = check_wire(name, link.back); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status check_limit(const std::string& where, const std::optional<RateLimit>& limit) {
  if (limit && (!(limit->per_second >= 0) || !(limit->burst >= 1))) {
    return invalid(where + ": a limit needs a rate of at least 0 and a burst of at least 1");
  }
  return absl::OkStatus();
}

class Checker {
 public:
  explicit Checker(const Network& network) : network_(network) {}

  absl::Status run() {
    for (const Router& router : network_.routers) {
      if (!routers_.insert(router.id).second) return twice(router.id);
    }
    for (const Target& target : network_.targets) {
      if (routers_.count(target.id) > 0 || !targets_.insert(target.id).second) {
        return twice(target.id);
      }
    }
    if (absl::Status status = check_owners(); !status.ok()) return status;
    if (targets_.empty()) return invalid("a network needs a target");
    ids_ = routers_;
    ids_.insert(targets_.begin(), targets_.end());
    if (ids_.count("source") > 0) return invalid("'source' is the id of the tracing host");

    if (absl::Status status = check(network_.source); !status.ok()) return status;
    for (const Router& router : network_.routers) {
      if (absl::Status status = check(router); !status.ok()) return status;
    }
    for (const Target& target : network_.targets) {
      if (absl::Status status = check(target); !status.ok()) return status;
    }
    for (const Change& change : network_.changes) {
      if (change.at < Duration{}) return invalid("a change before the start");
      absl::Status status =
          std::visit([this](const auto& node) { return check(node); }, change.becomes);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status twice(const std::string& id) {
    return invalid(absl::StrFormat("there are two nodes with the id '%s'", id));
  }

  /// Every address belongs to one node.
  absl::Status check_owners() const {
    std::map<IpAddress, std::string> owners;
    absl::Status status;
    const auto own = [&](const std::string& id, const std::vector<IpAddress>& addresses) {
      for (const IpAddress& address : addresses) {
        const auto [owner, is_new] = owners.emplace(address, id);
        if (!is_new && owner->second != id && status.ok()) {
          status = invalid(absl::StrFormat("'%s' and '%s' have the same address %s", owner->second,
                                           id, address.to_string()));
        }
      }
    };
    own("source", network_.source.addresses);
    for (const Router& router : network_.routers) own(router.id, router.addresses);
    for (const Target& target : network_.targets) own(target.id, target.addresses);
    return status;
  }

  absl::Status check(const Source& source) const {
    if (source.addresses.empty()) return invalid("source: an address is needed");
    if (source.next.empty()) return invalid("source: a link to the first router is needed");
    if (!is_share(source.capture_loss)) return invalid("source: shares lie between 0 and 1");
    if (absl::Status status = check_addresses("source", source.addresses); !status.ok()) {
      return status;
    }
    return check_links("source", source.next, ids_);
  }

  absl::Status check(const Router& router) const {
    const std::string where = absl::StrFormat("router '%s'", router.id);
    if (router.id.empty()) return invalid("a router without id");
    if (routers_.count(router.id) == 0) return invalid(where + " does not exist");
    if (!is_share(router.answers)) return invalid(where + ": shares lie between 0 and 1");
    if (router.answer_delay < Duration{}) return invalid(where + ": times must not be negative");
    if (router.initial_ttl == 0) return invalid(where + ": the initial TTL must not be 0");
    for (const Forgery& forgery : router.forgeries) {
      if (!is_share(forgery.share)) return invalid(where + ": shares lie between 0 and 1");
      if (forgery.delay < Duration{}) return invalid(where + ": times must not be negative");
    }
    if (absl::Status status = check_addresses(where, router.addresses); !status.ok()) {
      return status;
    }
    if (absl::Status status = check_limit(where, router.limit); !status.ok()) return status;
    return check_links(where, router.next, ids_);
  }

  absl::Status check(const Target& target) const {
    const std::string where = absl::StrFormat("target '%s'", target.id);
    if (target.id.empty()) return invalid("a target without id");
    if (targets_.count(target.id) == 0) return invalid(where + " does not exist");
    if (target.addresses.empty()) return invalid(where + ": an address is needed");
    if (!is_share(target.answers)) return invalid(where + ": shares lie between 0 and 1");
    if (target.answer_delay < Duration{} || target.udp_repeat_after < Duration{})
      return invalid(where + ": times must not be negative");
    if (target.initial_ttl == 0) return invalid(where + ": the initial TTL must not be 0");
    return check_limit(where, target.limit);
  }

  const Network& network_;
  std::set<std::string> routers_;
  std::set<std::string> targets_;
  std::set<std::string> ids_;
};

template <class Node>
Node* find_node(std::vector<Node>& nodes, std::string_view id) {
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) { return node.id == id; });
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace

std::uint8_t UnreachableCode::in(Family family) const {
  if (family == Family::kIpv4) return ipv4;
  if (ipv6) return *ipv6;
  switch (ipv4) {  // RFC 7915 §4.2
    case 3: return 4;
    case 9:
    case 10:
    case 13:
    case 15: return 1;
    default: return 0;
  }
}

absl::Status check(const Network& network) { return Checker(network).run(); }

Router* find_router(Network& network, std::string_view id) {
  return find_node(network.routers, id);
}

Target* find_target(Network& network, std::string_view id) {
  return find_node(network.targets, id);
}

std::vector<Link>* find_links(Network& network, std::string_view id) {
  if (id == "source") return &network.source.next;
  Router* router = find_router(network, id);
  return router == nullptr ? nullptr : &router->next;
}

const IpAddress* address_of(const std::vector<IpAddress>& addresses, Family family) {
  const auto found =
      std::find_if(addresses.begin(), addresses.end(),
                   [family](const IpAddress& address) { return address.family == family; });
  return found == addresses.end() ? nullptr : &*found;
}

std::vector<IpAddress> lookup(const Network& network, std::string_view name) {
  std::vector<IpAddress> found;
  for (const Target& target : network.targets) {
    if (target.id == name)
      found.insert(found.end(), target.addresses.begin(), target.addresses.end());
  }
  if (!found.empty()) return found;
  for (const auto& [address, its_name] : network.names) {
    if (its_name == name) found.push_back(address);
  }
  return found;
}

}  // namespace etr::simulation
