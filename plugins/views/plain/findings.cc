#include "findings.h"

#include <algorithm>
#include <set>

#include "etr/branch_text.h"
#include "etr/loss_text.h"
#include "etr/path_marks.h"
#include "layout.h"

namespace plain {
namespace {

using Flows = std::vector<const etr::FlowSnapshot*>;

/// "3 of 8 flows do not reach the target"; empty if all do.
std::string unreached_line(const Flows& flows) {
  const auto unreached = std::count_if(flows.begin(), flows.end(), [](const auto* flow) {
    return flow->blocked || !(flow->reached || flow->distance);
  });
  if (unreached == 0) return {};
  return std::to_string(unreached) + " of " + counted(flows.size(), "flow") +
         (unreached == 1 ? " does" : " do") + " not reach the target";
}

/// One line per loop and per TTL at which the target acts as a router.
std::set<std::string> mark_lines(const Flows& flows, const etr::IpAddress& target,
                                 const etr::HostText& name) {
  std::set<std::string> lines;
  for (const etr::FlowSnapshot* flow : flows) {
    if (const auto loop = etr::find_loop(*flow)) lines.insert(etr::loop_line(*loop, name));
    if (const auto ttl = etr::expired_at_target(*flow, target)) {
      lines.insert(etr::expired_target_text(*ttl));
    }
  }
  return lines;
}

}  // namespace

std::string findings(const Flows& flows, const etr::IpAddress& target, const etr::PathGraph* graph,
                     etr::Names& names, std::size_t host_width) {
  const auto name = [&](const etr::IpAddress& address) {
    return host(address, names.name(address), host_width);
  };
  std::string text = unreached_line(flows);
  if (!text.empty()) text += "\n";
  for (const std::string& line : mark_lines(flows, target, name)) text += line + "\n";
  if (graph == nullptr) return text.empty() ? text : "\n" + text;
  for (const std::string& line : etr::loss_lines(*graph, name)) text += line + "\n";
  for (const std::string& line : etr::branch_lines(*graph, name)) text += line + "\n";
  return text.empty() ? text : "\n" + text;
}

}  // namespace plain
