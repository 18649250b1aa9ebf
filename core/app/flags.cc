#include "app/flags.h"

#include "absl/strings/str_format.h"

namespace etr::app {
namespace {

constexpr std::string_view kIntroduction =
    R"(etr traces the paths that flows take to a host through ECMP routers.

Usage: etr [FLAGS] HOST...
       etr plugins list | show NAME | check FILE | new KIND NAME DIR

Each flow keeps one 5-tuple, and so one path; many flows uncover the equal-cost paths.
To send other traffic over the path of a flow, give it that flow's source port.

  etr example.org                    watch 5 flows to TCP port 443
  etr -U -P 32 example.org           32 flows over UDP
  etr -J -c 10 example.org           10 rounds as JSON lines on standard output
  etr --pipeline batch example.org   an installed pipeline; its file describes it
)";

constexpr std::string_view kClosing = R"(
Durations need a unit: 250ms, 1.5s, 1m30s. Flags override the pipeline file, the file overrides
the defaults. Each flag about tracing is also a key of the file's [trace] table; `etr --check`
prints them all. A host called "plugins" is written `etr -- plugins`.

HOST is a name or an address, with a port of its own if need be (host:80, [2001:db8::1]:80), or
a URL, of which host and port count. A link-local address needs its zone (fe80::1%eth0) or
--interface.

Exit status:
  0      the run ended, by itself, by q or by a signal, and everything was written
  1      a value is out of range, conflicts with another or is impossible; or something failed,
         for example nothing could be sent, or an output could not be written
  2      the command line cannot be parsed
  141    the reader of standard output went away
  128+N  signal N ended the program at once: before probing began, or as the second one
)";

constexpr std::size_t kHelpColumn = 36;

std::string flag_text(const Flag& flag) {
  std::string text = flag.letter == '\0' ? "      " : absl::StrFormat("  -%c, ", flag.letter);
  text += absl::StrFormat("--%s", flag.name);
  if (!flag.alias.empty()) text += absl::StrFormat(", --%s", flag.alias);
  if (!flag.argument.empty()) text += absl::StrFormat(" %s", flag.argument);

  // The help stands beside the flag where there is room, else below it.
  if (text.size() + 2 > kHelpColumn)
    text += "\n" + std::string(kHelpColumn, ' ');
  else
    text.resize(kHelpColumn, ' ');
  for (const char c : flag.help) {
    text += c;
    if (c == '\n') text.append(kHelpColumn, ' ');
  }
  return text + "\n";
}

}  // namespace

const std::vector<FlagGroup>& flag_groups() {
  static const std::vector<FlagGroup> groups{
      {"Probes",
       {{"tcp", 'T', "", "", "TCP SYN probes (the default)", ""},
        {"udp", 'U', "", "", "UDP probes", ""},
        {"dest-port", 'p', "", "PORT", "destination port (443 for TCP, 33434 for UDP)",
         "dest_port"},
        {"source-port", 's', "", "PORT", "source port of the first flow (50000)", "source_port"},
        {"parallel-probes", 'P', "flows", "N", "flows per host, one source port each (5)", "flows"},
        {"max-ttl", 'm', "", "TTL", "highest TTL (30)", "max_ttl"},
        {"ipv4", '4', "", "", "IPv4 only", ""},
        {"ipv6", '6', "", "", "IPv6 only", ""},
        {"source", '\0', "", "ADDRESS", "source address; targets get an address of its family",
         "source"},
        {"interface", '\0', "", "NAME", "interface to send from", "interface"}}},
      {"Timing",
       {{"count", 'c', "", "N", "rounds per flow (0: until stopped)", "count"},
        {"inter-probe-delay", 'd', "round-interval", "TIME", "time from round to round (2s)",
         "round_interval"},
        {"inter-ttl-delay", 'i', "ttl-delay", "TIME",
         "time between TTLs of a flow in a round (10ms)", "ttl_delay"},
        {"timeout", 't', "", "TIME", "how long to wait for a reply (1s)", "timeout"},
        {"rate", '\0', "", "PPS", "probes per second over all flows (300; 0: no limit)", "rate"}}},
      {"Output",
       {{"json-file", 'j', "", "FILE",
         "write one JSON object per flow and round to FILE, besides\n"
         "the view",
         ""},
        {"json", 'J', "", "", "write them to standard output, without a view", ""},
        {"sink", '\0', "", "NAME[:KEY=VALUE,...]",
         "add a sink; may be repeated. A VALUE with a comma is\n"
         "quoted: path=\"a,b\"; as=NAME names the sink for --set",
         "", true},
        {"view", '\0', "", "NAME", "view that shows the run", ""},
        {"no-resolve", 'n', "", "", "addresses only, no names", ""},
        {"log", 'l', "", "FILE", "append a log to FILE", "log"},
        {"log-level", '\0', "", "LEVEL", "debug, info, warn or error (error)", "log_level"}}},
      {"Pipelines and plugins",
       {{"pipeline", '\0', "", "FILE", "pipeline file, or the name of an installed one (default)",
         ""},
        {"set", '\0', "", "TABLE.KEY=VALUE",
         "override one key: trace.KEY, prober.KEY, hasher.KEY,\n"
         "view.KEY or sink.NAME.KEY; may be repeated",
         "", true},
        {"prober", '\0', "", "NAME", "probe with this plugin", ""},
        {"hasher", '\0', "", "NAME", "hash paths with this plugin", ""},
        {"hash-algorithm", '\0', "", "NAME", "crc32 or sha256, as --hasher", ""},
        {"plugin-path", '\0', "", "FOLDER", "look for plugins here too; may be repeated", "", true},
        {"check", '\0', "", "", "check the pipeline, print it with all its values, probe nothing",
         ""},
        {"simulate", '\0', "", "FILE",
         "trace a simulated network: a file, or the name of an\n"
         "installed one (demo); needs no privileges",
         "simulate"},
        {"capture-buffer", '\0', "", "MIB", "capture buffer in MiB (4)", "capture_buffer"}}},
      {"Other",
       {{"help", 'h', "", "", "this text", ""},
        {"version", 'v', "", "", "version of this build", ""}}}};
  return groups;
}

std::string help_text() {
  std::string text(kIntroduction);
  for (const FlagGroup& group : flag_groups()) {
    text += absl::StrFormat("\n%s:\n", group.heading);
    for (const Flag& flag : group.flags) text += flag_text(flag);
  }
  return text.append(kClosing);
}

std::string plugins_help_text() {
  return R"(Usage: etr plugins list                 every plugin that is found
       etr plugins show NAME            its options, and a block for a pipeline file
       etr plugins check FILE           tests a plugin against the contract, with its defaults;
                                        --set option=value (may be repeated) changes them
       etr plugins new KIND NAME DIR    starts a project for a plugin of your own;
                                        KIND is prober, hasher, sink or view

Plugins are searched in the folders of --plugin-path FOLDER (may be repeated), then of the
environment's ETR_PLUGIN_PATH, then among the installed ones.
)";
}

}  // namespace etr::app
