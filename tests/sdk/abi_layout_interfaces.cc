// Interfaces of plugins, and how they are described.
#include "abi_layout.h"

namespace etr::test {

void describe_interfaces(Layout& layout) {
  ETR_TYPE(Prober);
  ETR_FUNCTION(Prober, protocol);
  ETR_FUNCTION(Prober, record_name);
  ETR_FUNCTION(Prober, default_port);
  ETR_FUNCTION(Prober, slots);
  ETR_FUNCTION(Prober, max_ttl);
  ETR_FUNCTION(Prober, capture_filter);
  ETR_FUNCTION(Prober, flow_key);
  ETR_FUNCTION(Prober, encode);
  ETR_FUNCTION(Prober, decode_quote);
  ETR_FUNCTION(Prober, decode_reply);
  ETR_TYPE(PathHasher);
  ETR_FUNCTION(PathHasher, digest_size);
  ETR_FUNCTION(PathHasher, digest);
  ETR_TYPE(Sink);
  ETR_FUNCTION(Sink, open);
  ETR_FUNCTION(Sink, write);
  ETR_FUNCTION(Sink, on_event);
  ETR_FUNCTION(Sink, flush);
  ETR_FUNCTION(Sink, reopen);
  ETR_FUNCTION(Sink, close);
  ETR_FUNCTION(Sink, uses_standard_output);
  ETR_TYPE(Names);
  ETR_FUNCTION(Names, name);
  ETR_TYPE(Command);
  ETR_MEMBER(Command, kind);
  ETR_MEMBER(Command, interval);
  ETR_VALUE(Command::Kind, kNone);
  ETR_VALUE(Command::Kind, kRedraw);
  ETR_VALUE(Command::Kind, kQuit);
  ETR_VALUE(Command::Kind, kPause);
  ETR_VALUE(Command::Kind, kResetStatistics);
  ETR_VALUE(Command::Kind, kSetRoundInterval);
  ETR_VALUE(Command::Kind, kSuspend);
  ETR_TYPE(View);
  ETR_FUNCTION(View, needs_terminal);
  ETR_FUNCTION(View, open);
  ETR_FUNCTION(View, render);
  ETR_FUNCTION(View, on_path);
  ETR_FUNCTION(View, on_event);
  ETR_FUNCTION(View, input_fd);
  ETR_FUNCTION(View, on_input);
  ETR_FUNCTION(View, on_resize);
  ETR_FUNCTION(View, suspend);
  ETR_FUNCTION(View, resume);
  ETR_FUNCTION(View, next_refresh);
  ETR_FUNCTION(View, terminal_reset);
  ETR_FUNCTION(View, close);
}

void describe_descriptor(Layout& layout) {
  ETR_TYPE(OptionValue);
  ETR_TYPE(OptionSpec);
  ETR_MEMBER(OptionSpec, name);
  ETR_MEMBER(OptionSpec, help);
  ETR_MEMBER(OptionSpec, default_value);
  ETR_TYPE(NamedOption);
  ETR_MEMBER(NamedOption, name);
  ETR_MEMBER(NamedOption, value);
  ETR_TYPE(PluginKind);
  ETR_VALUE(PluginKind, kProber);
  ETR_VALUE(PluginKind, kHasher);
  ETR_VALUE(PluginKind, kSink);
  ETR_VALUE(PluginKind, kView);
  ETR_TYPE(DescriptorHead);
  ETR_MEMBER(DescriptorHead, magic);
  ETR_MEMBER(DescriptorHead, abi_version);
  ETR_MEMBER(DescriptorHead, size);
  ETR_MEMBER(DescriptorHead, kind);
  ETR_MEMBER(DescriptorHead, fingerprint);
  ETR_TYPE(PluginDescriptor);
  ETR_MEMBER(PluginDescriptor, head);
  ETR_MEMBER(PluginDescriptor, name);
  ETR_MEMBER(PluginDescriptor, version);
  ETR_MEMBER(PluginDescriptor, summary);
  ETR_MEMBER(PluginDescriptor, options);
  ETR_MEMBER(PluginDescriptor, create_prober);
  ETR_MEMBER(PluginDescriptor, create_hasher);
  ETR_MEMBER(PluginDescriptor, create_sink);
  ETR_MEMBER(PluginDescriptor, create_view);
}

}  // namespace etr::test
