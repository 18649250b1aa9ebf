#include "simulation/topology_file_keys.h"

#include <limits>
#include <map>
#include <optional>

#include "absl/strings/str_format.h"
#include "base/nearest_name.h"

namespace etr::simulation {
namespace {

using Values = TopologyValues;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// Readers for members that need nothing particular.

template <class Node>
TopologyKey<Node> flag(std::string_view name, bool Node::*member) {
  return {name, [member](const Values& values, const toml::node& value, Node& node) {
            node.*member = values.flag(value);
          }};
}

template <class Node>
TopologyKey<Node> share(std::string_view name, double Node::*member) {
  return {name, [member](const Values& values, const toml::node& value, Node& node) {
            node.*member = values.share(value);
          }};
}

template <class Node>
TopologyKey<Node> duration(std::string_view name, Duration Node::*member) {
  return {name, [member](const Values& values, const toml::node& value, Node& node) {
            node.*member = values.duration(value);
          }};
}

template <class Node>
TopologyKey<Node> addresses(std::string_view name, std::vector<IpAddress> Node::*member) {
  return {name, [member](const Values& values, const toml::node& value, Node& node) {
            node.*member = values.addresses(value);
          }};
}

template <class Node, class Number>
TopologyKey<Node> number(std::string_view name, Number Node::*member, std::int64_t least,
                         std::int64_t most) {
  return {name, [member, least, most](const Values& values, const toml::node& value, Node& node) {
            node.*member = values.number<Number>(value, least, most);
          }};
}

template <class Node>
TopologyKey<Node> limit(std::string_view name, std::optional<RateLimit> Node::*member) {
  return {name, [member](const Values& values, const toml::node& value, Node& node) {
            RateLimit read;
            if (value.is_boolean() && !values.flag(value)) {
              node.*member = std::nullopt;
              return;
            }
            if (const toml::table* table = value.as_table()) {
              read_keys(limit_keys(), values, *table, read);
            } else {
              read = values.word<RateLimit>(value, {{"linux", {1, 6}}, {"linux-ipv6", {10, 6}}});
            }
            node.*member = read;
          }};
}

UnreachableCode read_code(const Values& values, const toml::node& value) {
  if (value.is_integer()) return {values.number<std::uint8_t>(value, 0, 255), std::nullopt};
  if (const toml::table* table = value.as_table()) {
    UnreachableCode code;
    read_keys(code_keys(), values, *table, code);
    return code;
  }
  return values.word<UnreachableCode>(
      value, {{"net", {0, {}}}, {"host", {1, 3}}, {"port", {3, {}}}, {"admin", {13, {}}}});
}

// A wire's key sets the outbound direction, and also the return direction if it is a property that
// both share by nature. A key with "return_" before it comes later in the alphabet, which is
// TOML++'s order, and sets the return direction alone.
template <class Value, class Read>
void add_wire_key(std::vector<TopologyKey<Link>>& keys, std::string_view name,
                  std::string_view return_name, Value Wire::*member, bool both, Read read) {
  keys.push_back({name, [=](const Values& values, const toml::node& value, Link& link) {
                    link.forward.*member = read(values, value);
                    if (both) link.back.*member = link.forward.*member;
                  }});
  keys.push_back({return_name, [=](const Values& values, const toml::node& value, Link& link) {
                    link.back.*member = read(values, value);
                  }});
}

std::vector<TopologyKey<Link>> make_link_keys() {
  std::vector<TopologyKey<Link>> keys{
      {"weight",
       [](const Values& values, const toml::node& value, Link& link) {
         link.weight = values.real(value);
         if (!(link.weight > 0)) values.fail(value, "a weight is above 0");
       }},
      number("mtu", &Link::mtu, 0, 65535),
      flag("down", &Link::down),
      addresses("address", &Link::addresses),
  };
  const auto read_duration = [](const Values& values, const toml::node& value) {
    return values.duration(value);
  };
  const auto read_share = [](const Values& values, const toml::node& value) {
    return values.share(value);
  };
  const auto read_jitter = [](const Values& values, const toml::node& value) {
    return values.word<Jitter>(value, {{"uniform", Jitter::kUniform},
                                       {"normal", Jitter::kNormal},
                                       {"exponential", Jitter::kExponential}});
  };
  add_wire_key(keys, "delay", "return_delay", &Wire::delay, true, read_duration);
  add_wire_key(keys, "jitter", "return_jitter", &Wire::jitter, true, read_duration);
  add_wire_key(keys, "jitter_kind", "return_jitter_kind", &Wire::jitter_kind, true, read_jitter);
  add_wire_key(keys, "loss", "return_loss", &Wire::loss, false, read_share);
  add_wire_key(keys, "duplicate", "return_duplicate", &Wire::duplicate, false, read_share);
  add_wire_key(keys, "reorder", "return_reorder", &Wire::reorder, false, read_share);
  add_wire_key(keys, "reorder_delay", "return_reorder_delay", &Wire::reorder_delay, true,
               read_duration);
  return keys;
}

template <class Node>
TopologyKey<Node> balancing() {
  return {"balancing", [](const Values& values, const toml::node& value, Node& node) {
            node.balancing = values.word<Balancing>(value, {{"flow", Balancing::kFlow},
                                                            {"addresses", Balancing::kAddresses},
                                                            {"packet", Balancing::kPacket}});
          }};
}

void read_mpls(const Values& values, const toml::node& value, Router& router) {
  router.mpls.clear();
  for (const toml::node* entry : values.list(value)) {
    MplsLabel label;
    label.ttl = 1;
    if (entry->is_integer()) {
      label.label = values.number<std::uint32_t>(*entry, 0, 0xfffff);
    } else {
      read_keys(mpls_keys(), values, values.table(*entry, "a label"), label);
    }
    router.mpls.push_back(label);
  }
  if (!router.mpls.empty()) router.mpls.back().bottom = true;
}

template <class Entry>
std::vector<Entry> read_list(const std::vector<TopologyKey<Entry>>& keys, const Values& values,
                             const toml::node& value, std::string_view what) {
  std::vector<Entry> entries;
  for (const toml::table* table : values.tables(value, what)) {
    read_keys(keys, values, *table, entries.emplace_back());
  }
  return entries;
}

const std::vector<std::pair<std::string_view, PortState>>& port_words() {
  static const std::vector<std::pair<std::string_view, PortState>> kWords{
      {"open", PortState::kOpen},
      {"closed", PortState::kClosed},
      {"filtered", PortState::kFiltered}};
  return kWords;
}

TopologyKey<Target> port_state(std::string_view name, PortState Target::*member) {
  return {name, [member](const Values& values, const toml::node& value, Target& target) {
            target.*member = values.word<PortState>(value, port_words());
          }};
}

TopologyKey<Target> port_states(std::string_view name,
                                std::map<std::uint16_t, PortState> Target::*member) {
  return {name, [member](const Values& values, const toml::node& value, Target& target) {
            (target.*member).clear();
            for (const auto& [port, state] : values.table(value, "ports and their states")) {
              (target.*member)[values.port(port)] = values.word<PortState>(state, port_words());
            }
          }};
}

}  // namespace

void fail_unknown_key(const TopologyValues& values, const toml::key& key,
                      const std::vector<std::string>& known) {
  const std::string name(key.str());
  values.fail(key.source(),
              absl::StrFormat("unknown key '%s'%s", name, base::did_you_mean(name, known)));
}

const std::vector<TopologyKey<Link>>& link_keys() {
  static const std::vector<TopologyKey<Link>> kKeys = make_link_keys();
  return kKeys;
}

const std::vector<TopologyKey<Source>>& source_keys() {
  static const std::vector<TopologyKey<Source>> kKeys{
      addresses("address", &Source::addresses),
      balancing<Source>(),
      number("hash_seed", &Source::hash_seed, 0, kMost),
      number("mtu", &Source::mtu, 68, 65535),
      flag("copies", &Source::copies),
      share("capture_loss", &Source::capture_loss),
      flag("resets", &Source::resets),
      {"taken_ports",
       [](const Values& values, const toml::node& value, Source& source) {
         source.taken_ports.clear();
         for (const toml::node* port : values.list(value)) {
           source.taken_ports.push_back(values.number<std::uint16_t>(*port, 1, 65535));
         }
       }},
      number("descriptors", &Source::descriptors, 0, kMost),
  };
  return kKeys;
}

const std::vector<TopologyKey<Router>>& router_keys() {
  static const std::vector<TopologyKey<Router>> kKeys{
      addresses("address", &Router::addresses),
      balancing<Router>(),
      number("hash_seed", &Router::hash_seed, 0, kMost),
      flag("silent", &Router::silent),
      flag("hidden", &Router::hidden),
      share("answers", &Router::answers),
      duration("answer_delay", &Router::answer_delay),
      limit("limit", &Router::limit),
      number("initial_ttl", &Router::initial_ttl, 1, 255),
      number("longer_return", &Router::longer_return, 0, 255),
      {"mpls", read_mpls},
      number("quote", &Router::quote, 0, 65535),
      flag("zeroes_quoted_id", &Router::zeroes_quoted_id),
      flag("forwards_zero_ttl", &Router::forwards_zero_ttl),
      {"block",
       [](const Values& values, const toml::node& value, Router& router) {
         router.blocks = read_list(block_keys(), values, value, "a block");
       }},
      {"nat",
       [](const Values& values, const toml::node& value, Router& router) {
         router.nat.reset();
         if (value.is_boolean() && !values.flag(value)) return;
         read_keys(nat_keys(), values, values.table(value, "nat"), router.nat.emplace());
       }},
      flag("rewrites_id", &Router::rewrites_id),
      flag("rewrites_sequence", &Router::rewrites_sequence),
      {"sets_traffic_class",
       [](const Values& values, const toml::node& value, Router& router) {
         router.sets_traffic_class = values.number<std::uint8_t>(value, 0, 255);
       }},
      {"forge",
       [](const Values& values, const toml::node& value, Router& router) {
         router.forgeries = read_list(forgery_keys(), values, value, "a forgery");
       }},
  };
  return kKeys;
}

const std::vector<TopologyKey<Target>>& target_keys() {
  static const std::vector<TopologyKey<Target>> kKeys{
      addresses("address", &Target::addresses),
      port_state("tcp", &Target::tcp),
      port_state("udp", &Target::udp),
      port_states("tcp_ports", &Target::tcp_ports),
      port_states("udp_ports", &Target::udp_ports),
      {"filter_answer", [](const Values& values, const toml::node& value,
                           Target& target) { target.filter_answer = read_code(values, value); }},
      flag("dark", &Target::dark),
      share("answers", &Target::answers),
      duration("answer_delay", &Target::answer_delay),
      duration("udp_repeat_after", &Target::udp_repeat_after),
      limit("limit", &Target::limit),
      number("initial_ttl", &Target::initial_ttl, 1, 255),
      number("quote", &Target::quote, 0, 65535),
      flag("zeroes_quoted_id", &Target::zeroes_quoted_id),
      number("syn_ack_retries", &Target::syn_ack_retries, 0, 15),
  };
  return kKeys;
}

const std::vector<TopologyKey<Block>>& block_keys() {
  static const std::vector<TopologyKey<Block>> kKeys{
      {"protocol", [](const Values& values, const toml::node& value,
                      Block& block) { block.protocol = values.protocol(value); }},
      {"port", [](const Values& values, const toml::node& value,
                  Block& block) { block.port = values.number<std::uint16_t>(value, 1, 65535); }},
      {"answer", [](const Values& values, const toml::node& value,
                    Block& block) { block.answer = read_code(values, value); }},
  };
  return kKeys;
}

const std::vector<TopologyKey<Nat>>& nat_keys() {
  static const std::vector<TopologyKey<Nat>> kKeys{
      addresses("address", &Nat::addresses),
      flag("ports", &Nat::ports),
      flag("restores_quotes", &Nat::restores_quotes),
  };
  return kKeys;
}

const std::vector<TopologyKey<Forgery>>& forgery_keys() {
  static const std::vector<TopologyKey<Forgery>> kKeys{
      {"kind",
       [](const Values& values, const toml::node& value, Forgery& forgery) {
         forgery.kind = values.word<ForgeryKind>(value, {{"wrong-token", ForgeryKind::kWrongToken},
                                                         {"unknown-id", ForgeryKind::kUnknownId},
                                                         {"wrong-ports", ForgeryKind::kWrongPorts},
                                                         {"never-sent", ForgeryKind::kNeverSent},
                                                         {"wrong-quote", ForgeryKind::kWrongQuote},
                                                         {"replayed", ForgeryKind::kReplayed},
                                                         {"guessed", ForgeryKind::kGuessed}});
       }},
      share("share", &Forgery::share),
      number("copies", &Forgery::copies, 1, 100000),
      duration("delay", &Forgery::delay),
      {"from", [](const Values& values, const toml::node& value,
                  Forgery& forgery) { forgery.from = values.address(value); }},
  };
  return kKeys;
}

const std::vector<TopologyKey<RateLimit>>& limit_keys() {
  static const std::vector<TopologyKey<RateLimit>> kKeys{
      {"per_second", [](const Values& values, const toml::node& value,
                        RateLimit& limit) { limit.per_second = values.real(value); }},
      {"burst",
       [](const Values& values, const toml::node& value, RateLimit& limit) {
         limit.burst = static_cast<double>(values.integer(value, 1, 1000000));
       }},
  };
  return kKeys;
}

const std::vector<TopologyKey<MplsLabel>>& mpls_keys() {
  static const std::vector<TopologyKey<MplsLabel>> kKeys{
      number("label", &MplsLabel::label, 0, 0xfffff),
      number("traffic_class", &MplsLabel::traffic_class, 0, 7),
      number("ttl", &MplsLabel::ttl, 0, 255),
  };
  return kKeys;
}

const std::vector<TopologyKey<UnreachableCode>>& code_keys() {
  static const std::vector<TopologyKey<UnreachableCode>> kKeys{
      number("ipv4", &UnreachableCode::ipv4, 0, 255),
      {"ipv6",
       [](const Values& values, const toml::node& value, UnreachableCode& code) {
         code.ipv6 = values.number<std::uint8_t>(value, 0, 255);
       }},
  };
  return kKeys;
}

const std::vector<TopologyKey<SendFault>>& send_fault_keys() {
  static const std::vector<TopologyKey<SendFault>> kKeys{
      duration("from", &SendFault::from),
      duration("until", &SendFault::until),
      share("share", &SendFault::share),
      {"error", [](const Values& values, const toml::node& value,
                   SendFault& fault) { fault.error = values.text(value); }},
  };
  return kKeys;
}

const std::vector<TopologyKey<ClockStep>>& clock_step_keys() {
  static const std::vector<TopologyKey<ClockStep>> kKeys{
      duration("at", &ClockStep::at),
      {"by", [](const Values& values, const toml::node& value,
                ClockStep& step) { step.by = values.any_duration(value); }},
  };
  return kKeys;
}

}  // namespace etr::simulation
