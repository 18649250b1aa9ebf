#include "json_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "etr/text.h"

namespace {

constexpr std::size_t kMaxIpv4Text = 15;

/// Dotted decimal without inet_ntop, which takes a third of the time of a whole record.
std::size_t format_ipv4(const etr::IpAddress& address, std::array<char, kMaxIpv4Text>& out) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const unsigned octet = address.octets[i];
    if (i > 0) out[size++] = '.';
    if (octet >= 100) out[size++] = static_cast<char>('0' + octet / 100);
    if (octet >= 10) out[size++] = static_cast<char>('0' + octet / 10 % 10);
    out[size++] = static_cast<char>('0' + octet % 10);
  }
  return size;
}

/// What may stand in a JSON string as it is.
bool is_plain(char c) {
  const auto octet = static_cast<std::uint8_t>(c);
  return octet >= 0x20 && octet < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

void append_escape(std::string& out, char32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[unit >> shift & 0xfU];
}

}  // namespace

void JsonWriter::Writer::quoted(std::string_view plain) {
  Prefix(rapidjson::kStringType);
  char* place = os_->Push(plain.size() + 2);
  *place++ = '"';
  place = std::copy(plain.begin(), plain.end(), place);
  *place = '"';
}

void JsonWriter::Writer::raw_string(std::string_view escaped) {
  Prefix(rapidjson::kStringType);
  std::copy(escaped.begin(), escaped.end(), os_->Push(escaped.size()));
}

void JsonWriter::real(std::string_view name, double value) {
  key(name);
  // RapidJSON refuses to write these and would leave the key without a value.
  std::isfinite(value) ? writer_.Double(value) : writer_.Null();
}

void JsonWriter::text(std::string_view name, std::string_view value) {
  key(name);
  if (std::all_of(value.begin(), value.end(), is_plain)) return writer_.quoted(value);
  std::string escaped = "\"";
  while (!value.empty()) {
    const etr::CodePoint point = etr::first_code_point(value);
    if (!point.valid) {
      escaped += "\\ufffd";
    } else if (point.size == 1 && is_plain(value[0])) {
      escaped += value[0];
    } else if (value[0] == '"' || value[0] == '\\') {
      escaped += '\\';
      escaped += value[0];
    } else if (value[0] == '\n') {
      escaped += "\\n";
    } else if (value[0] == '\r') {
      escaped += "\\r";
    } else if (value[0] == '\t') {
      escaped += "\\t";
    } else if (point.size == 1 || (etr::is_harmful(point.value) && point.value <= 0xffff)) {
      append_escape(escaped, point.value);
    } else if (etr::is_harmful(point.value)) {
      append_escape(escaped, 0xd800 + ((point.value - 0x10000) >> 10U));
      append_escape(escaped, 0xdc00 + ((point.value - 0x10000) & 0x3ffU));
    } else {
      escaped += value.substr(0, point.size);
    }
    value.remove_prefix(point.size);
  }
  escaped += '"';
  writer_.raw_string(escaped);
}

void JsonWriter::address(std::string_view name, const etr::IpAddress& value) {
  if (value.family == etr::Family::kIpv6) return symbol(name, value.to_string());
  std::array<char, kMaxIpv4Text> text;
  symbol(name, {text.data(), format_ipv4(value, text)});
}

void JsonWriter::time(std::string_view name, etr::Timestamp value) {
  std::array<char, etr::kRfc3339Size> text;
  symbol(name, {text.data(), etr::format_rfc3339(value, text)});
}
