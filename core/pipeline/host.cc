#include "pipeline/host.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace etr::pipeline {
namespace {

constexpr int kLargestPort = 65535;

absl::Status bad_host(const std::string& text, std::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' ", std::string(reason)));
}

/// The authority of a URL (RFC 3986 section 3.2) without user information; other text as it is.
std::string_view without_url(std::string_view text) {
  constexpr std::string_view kAfterScheme = "://";
  const std::size_t scheme = text.find(kAfterScheme);
  if (scheme == std::string_view::npos) return text;
  text.remove_prefix(scheme + kAfterScheme.size());
  text = text.substr(0, text.find_first_of("/?#"));
  return text.substr(text.rfind('@') + 1);  // npos + 1 is 0
}

absl::Status refuse_slash(const std::string& text, std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return absl::OkStatus();
  if (parse_scoped(std::string(rest.substr(0, slash)))) {
    return bad_host(text, "is a network, not a host: give an address in it");
  }
  return bad_host(text, "is not a host: omit the '/' and what follows");
}

absl::Status read_port(std::string_view digits, Host& host) {
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port < 1 ||
      port > kLargestPort) {
    return bad_host(host.text,
                    "does not end in a port: write a number between 1 and 65535 after "
                    "the last ':'");
  }
  host.port = static_cast<std::uint16_t>(port);
  return absl::OkStatus();
}

/// "[ADDRESS]" or "[ADDRESS]:PORT".
absl::Status read_brackets(std::string_view rest, Host& host) {
  const std::size_t close = rest.find(']');
  if (close == std::string_view::npos) return bad_host(host.text, "lacks the closing ']'");
  host.name = rest.substr(1, close - 1);
  host.address = parse_scoped(host.name);
  if (!host.address || host.name.find(':') == std::string::npos) {
    return bad_host(host.text, "has brackets around what is not an IPv6 address");
  }
  rest.remove_prefix(close + 1);
  if (rest.empty()) return absl::OkStatus();
  if (rest.front() != ':') return bad_host(host.text, "has more after ']' than a port");
  return read_port(rest.substr(1), host);
}

}  // namespace

absl::StatusOr<Host> parse_host(const std::string& text) {
  Host host;
  host.text = text;
  std::string_view rest = without_url(text);
  if (absl::Status status = refuse_slash(text, rest); !status.ok()) return status;
  if (rest.starts_with('[')) {
    if (absl::Status status = read_brackets(rest, host); !status.ok()) return status;
    return host;
  }
  // More than one colon: an IPv6 address, which takes a port only in brackets.
  if (std::count(rest.begin(), rest.end(), ':') == 1) {
    const std::size_t colon = rest.find(':');
    if (absl::Status status = read_port(rest.substr(colon + 1), host); !status.ok()) return status;
    rest = rest.substr(0, colon);
  }
  host.name = rest;
  host.address = parse_scoped(host.name);
  if (!host.address && rest.ends_with('.')) {
    host.address = parse_scoped(host.name.substr(0, host.name.size() - 1));
  }
  return host;
}

}  // namespace etr::pipeline
