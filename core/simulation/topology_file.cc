#include "simulation/topology_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/nearest_name.h"
#include "base/text_file.h"
#include "simulation/name_ranges.h"
#include "simulation/topology_file_keys.h"
#include "simulation/topology_file_values.h"

namespace etr::simulation {
namespace {

namespace fs = std::filesystem;

/// Without a limit a few ranges in a small file could ask for more memory than there is.
constexpr std::size_t kMostLinks = 200000;

const std::vector<std::string> kRootKeys{"seed",   "clock",  "source", "defaults",   "router",
                                         "target", "change", "names",  "send_fault", "clock_step"};
const std::vector<std::string> kDefaultsKeys{"link", "router"};
const std::vector<std::string> kChangeKeys{"at", "node", "link"};

std::vector<std::string> with(std::vector<std::string> first,
                              const std::vector<std::string>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file), values_(file) {}

  Network read(const toml::table& root) {
    for (const auto& [key, value] : root) {
      if (std::count(kRootKeys.begin(), kRootKeys.end(), key.str()) == 0) {
        fail_unknown_key(values_, key, kRootKeys);
      }
    }
    if (const toml::node* seed = root.get("seed")) {
      network_.seed =
          values_.number<std::uint64_t>(*seed, 0, std::numeric_limits<std::int64_t>::max());
    }
    if (const toml::node* clock = root.get("clock")) {
      network_.virtual_clock = values_.word<bool>(*clock, {{"real", false}, {"virtual", true}});
    }
    if (const toml::node* defaults = root.get("defaults")) read_defaults(*defaults);
    if (const toml::node* source = root.get("source")) {
      read_node(values_.table(*source, "[source]"), network_.source, source_keys(), {});
    }
    read_all(root.get("router"), "[[router]]", network_.routers, default_router_, router_keys());
    read_all(root.get("target"), "[[target]]", network_.targets, Target{}, target_keys());
    if (const toml::node* names = root.get("names")) read_names(*names);
    if (const toml::node* faults = root.get("send_fault")) {
      for (const toml::table* table : values_.tables(*faults, "[[send_fault]]")) {
        read_keys(send_fault_keys(), values_, *table, network_.send_faults.emplace_back());
      }
    }
    if (const toml::node* steps = root.get("clock_step")) {
      for (const toml::table* table : values_.tables(*steps, "[[clock_step]]")) {
        if (!network_.virtual_clock) {
          values_.fail(*table, "a clock in real time cannot be stepped: write clock = \"virtual\"");
        }
        read_keys(clock_step_keys(), values_, *table, network_.clock_steps.emplace_back());
      }
    }
    check_ends();
    if (const toml::node* changes = root.get("change")) read_changes(*changes);
    check_ends();
    if (absl::Status status = check(network_); !status.ok()) {
      throw TopologyProblem{absl::InvalidArgumentError(
          absl::StrFormat("%s: %s", file_, std::string(status.message())))};
    }
    return std::move(network_);
  }

 private:
  /// An id that a link names, looked up once all nodes are known.
  struct LinkEnd {
    std::string id;
    toml::source_region source;
  };

  void read_defaults(const toml::node& node) {
    for (const auto& [key, value] : values_.table(node, "[defaults]")) {
      if (key.str() == "link") {
        read_keys(link_keys(), values_, values_.table(value, "[defaults.link]"), default_link_);
      } else if (key.str() == "router") {
        read_keys(router_keys(), values_, values_.table(value, "[defaults.router]"),
                  default_router_);
      } else {
        fail_unknown_key(values_, key, kDefaultsKeys);
      }
    }
  }

  std::vector<RangedName> expand(const toml::node& node) const {
    absl::StatusOr<std::vector<RangedName>> names = expand_ranges(values_.text(node));
    if (!names.ok()) values_.fail(node, std::string(names.status().message()));
    return *std::move(names);
  }

  template <class Node>
  void read_all(const toml::node* list, std::string_view what, std::vector<Node>& nodes,
                const Node& initial, const std::vector<TopologyKey<Node>>& keys) {
    if (list == nullptr) return;
    for (const toml::table* table : values_.tables(*list, what)) {
      const toml::node* id = table->get("id");
      if (id == nullptr) values_.fail(*table, absl::StrFormat("%s needs an id", what));
      for (RangedName& name : expand(*id)) {
        if (!ids_.insert(name.name).second) {
          values_.fail(*id, absl::StrFormat("there is already a node '%s'", name.name));
        }
        Node node = initial;
        node.id = name.name;
        values_.set_numbers(std::move(name.numbers));
        read_node(*table, node, keys, {"id"});
        nodes.push_back(std::move(node));
        values_.set_numbers({});
      }
    }
  }

  /// Reads a node's table; `others` are keys that the caller reads.
  template <class Node>
  void read_node(const toml::table& table, Node& node, const std::vector<TopologyKey<Node>>& keys,
                 const std::vector<std::string>& others) {
    for (const auto& [key, value] : table) {
      const std::string name(key.str());
      if (read_key(keys, values_, name, value, node)) continue;
      if (std::count(others.begin(), others.end(), name) > 0) continue;
      if constexpr (!std::is_same_v<Node, Target>) {
        if (name == "next") {
          node.next = read_links(value);
          continue;
        }
      }
      if (name == "name") continue;
      fail_unknown_key(values_, key, with(names_of(keys), with(others, {"next", "name"})));
    }
    if (const toml::node* name = table.get("name")) {
      const std::string text = values_.text(*name);
      for (const IpAddress& address : node.addresses) network_.names[address] = text;
    }
  }

  std::vector<Link> read_links(const toml::node& node) {
    std::vector<Link> links;
    for (const toml::node* entry : values_.list(node)) {
      const toml::table* table = entry->as_table();
      const toml::node* to = table == nullptr ? entry : table->get("to");
      if (to == nullptr) values_.fail(*entry, "a link needs a destination: to = \"ID\"");
      Link link = default_link_;
      if (table != nullptr) read_link(*table, link, {"to"});
      for (const RangedName& name : expand(*to)) {
        link.to = name.name;
        ends_.push_back({link.to, to->source()});
        if (++link_count_ > kMostLinks) {
          values_.fail(*to, absl::StrFormat("more than %d links", kMostLinks));
        }
        links.push_back(link);
      }
    }
    return links;
  }

  void read_link(const toml::table& table, Link& link, const std::vector<std::string>& others) {
    for (const auto& [key, value] : table) {
      if (std::count(others.begin(), others.end(), key.str()) > 0) continue;
      if (!read_key(link_keys(), values_, key.str(), value, link)) {
        fail_unknown_key(values_, key, with(names_of(link_keys()), others));
      }
    }
  }

  void read_names(const toml::node& node) {
    for (const auto& [key, value] : values_.table(node, "[names]")) {
      const std::optional<IpAddress> address = IpAddress::parse(std::string(key.str()));
      if (!address) {
        values_.fail(key.source(),
                     absl::StrFormat("'%s' is not an IP address", std::string(key.str())));
      }
      network_.names[*address] = values_.text(value);
    }
  }

  /// Fails for links to nodes that do not exist.
  void check_ends() {
    const std::vector<std::string> known(ids_.begin(), ids_.end());
    for (const LinkEnd& end : ends_) {
      if (ids_.count(end.id) > 0) continue;
      values_.fail(end.source, absl::StrFormat("there is no node '%s'%s", end.id,
                                               base::did_you_mean(end.id, known)));
    }
    ends_.clear();
  }

  /// Changes accumulate: each starts from the node's state after the previous one.
  void read_changes(const toml::node& node) {
    std::vector<std::pair<Duration, const toml::table*>> ordered;
    for (const toml::table* table : values_.tables(node, "[[change]]")) {
      const toml::node* at = table->get("at");
      if (at == nullptr) values_.fail(*table, "a change needs a time: at = \"10s\"");
      ordered.emplace_back(values_.duration(*at), table);
    }
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    Network becoming = network_;
    for (const auto& [at, table] : ordered) {
      const toml::node* changed_node = table->get("node");
      const toml::node* changed_link = table->get("link");
      if (changed_node != nullptr && changed_link != nullptr) {
        values_.fail(*table, "a change has node = \"ID\" or link = \"ID -> ID\", not both");
      }
      if (changed_node == nullptr && changed_link == nullptr) {
        values_.fail(*table, "a change needs node = \"ID\" or link = \"ID -> ID\"");
      }
      if (changed_node != nullptr) {
        for (RangedName& name : expand(*changed_node)) {
          values_.set_numbers(std::move(name.numbers));
          change_node(at, *table, name.name, *changed_node, becoming);
          values_.set_numbers({});
        }
      } else {
        change_links(at, *table, *changed_link, becoming);
      }
    }
  }

  void change_node(Duration at, const toml::table& table, const std::string& id,
                   const toml::node& place, Network& becoming) {
    const std::vector<std::string> others{"at", "node"};
    if (id == "source") {
      read_node(table, becoming.source, source_keys(), others);
      network_.changes.push_back({at, becoming.source});
    } else if (Router* router = find_router(becoming, id)) {
      read_node(table, *router, router_keys(), others);
      network_.changes.push_back({at, *router});
    } else if (Target* target = find_target(becoming, id)) {
      read_node(table, *target, target_keys(), others);
      network_.changes.push_back({at, *target});
    } else {
      fail_unknown_id(place, id);
    }
  }

  void change_links(Duration at, const toml::table& table, const toml::node& place,
                    Network& becoming) {
    const std::string& text = values_.raw_text(place);
    const std::size_t arrow = text.find(" -> ");
    if (arrow == std::string::npos) values_.fail(place, "write a link as \"ID -> ID\"");
    const absl::StatusOr<std::vector<RangedName>> froms = expand_ranges(text.substr(0, arrow));
    if (!froms.ok()) values_.fail(place, std::string(froms.status().message()));
    for (const RangedName& from : *froms) {
      std::vector<Link>* links = find_links(becoming, from.name);
      if (links == nullptr && find_target(becoming, from.name) != nullptr) {
        values_.fail(place, absl::StrFormat("'%s' is a target, which has no links", from.name));
      }
      if (links == nullptr) fail_unknown_id(place, from.name);
      const absl::StatusOr<std::string> filled = fill_in(text.substr(arrow + 4), from.numbers);
      if (!filled.ok()) values_.fail(place, std::string(filled.status().message()));
      const absl::StatusOr<std::vector<RangedName>> tos = expand_ranges(*filled);
      if (!tos.ok()) values_.fail(place, std::string(tos.status().message()));
      for (const RangedName& to : *tos) {
        const auto link = std::find_if(links->begin(), links->end(),
                                       [&to](const Link& each) { return each.to == to.name; });
        if (link == links->end()) {
          values_.fail(place,
                       absl::StrFormat("there is no link from '%s' to '%s'", from.name, to.name));
        }
        read_link(table, *link, {"at", "link"});
      }
      if (from.name == "source") {
        network_.changes.push_back({at, becoming.source});
      } else {
        network_.changes.push_back({at, *find_router(becoming, from.name)});
      }
    }
  }

  [[noreturn]] void fail_unknown_id(const toml::node& place, const std::string& id) const {
    std::vector<std::string> known(ids_.begin(), ids_.end());
    known.emplace_back("source");
    values_.fail(place,
                 absl::StrFormat("there is no node '%s'%s", id, base::did_you_mean(id, known)));
  }

  std::string file_;
  TopologyValues values_;
  Network network_;
  Link default_link_;
  Router default_router_;
  std::set<std::string> ids_;
  std::vector<LinkEnd> ends_;
  std::size_t link_count_ = 0;
};

}  // namespace

absl::StatusOr<Network> parse_topology(std::string_view text, const fs::path& file) {
  try {
    const std::string name = file.string();
    return Reader(name).read(toml::parse(text, std::string_view(name)));
  } catch (const TopologyProblem& problem) {
    return problem.status;
  } catch (const toml::parse_error& error) {
    const toml::source_position& at = error.source().begin;
    return absl::InvalidArgumentError(absl::StrFormat("%s:%d:%d: %s", file.string(), at.line,
                                                      at.column, std::string(error.description())));
  }
}

absl::StatusOr<Network> read_topology(const fs::path& file) {
  const absl::StatusOr<std::string> text = base::read_text_file(file, "topology");
  if (!text.ok()) return text.status();
  return parse_topology(*text, file);
}

std::vector<TopologyTable> topology_tables() {
  return {
      {"", kRootKeys},
      {"[source]", with({"next", "name"}, names_of(source_keys()))},
      {"[defaults]", kDefaultsKeys},
      {"[[router]]", with({"id", "next", "name"}, names_of(router_keys()))},
      {"[[target]]", with({"id", "name"}, names_of(target_keys()))},
      {"Links", with({"to"}, names_of(link_keys()))},
      {"[[change]]", kChangeKeys},
      {"[[send_fault]]", names_of(send_fault_keys())},
      {"[[clock_step]]", names_of(clock_step_keys())},
      {"limit", names_of(limit_keys())},
      {"mpls", names_of(mpls_keys())},
      {"block", names_of(block_keys())},
      {"answer", names_of(code_keys())},
      {"nat", names_of(nat_keys())},
      {"forge", names_of(forgery_keys())},
  };
}

}  // namespace etr::simulation
