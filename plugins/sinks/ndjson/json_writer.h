// JSON as etr's readers expect it, on RapidJSON: hostile text becomes valid UTF-8, `<`, `>` and `&`
// are escaped as Go escapes them, and a number that is not finite becomes null.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "etr/ip_address.h"
#include "etr/time.h"

/// Appends values to one growing text. Keys and symbols are plain ASCII of our own; everything else
/// goes through text().
class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object() { writer_.StartObject(); }
  void begin_object(std::string_view name) {
    key(name);
    writer_.StartObject();
  }
  void end_object() { writer_.EndObject(); }
  void begin_array(std::string_view name) {
    key(name);
    writer_.StartArray();
  }
  void end_array() { writer_.EndArray(); }

  void number(std::string_view name, std::uint64_t value) {
    key(name);
    writer_.Uint64(value);
  }
  void signed_number(std::string_view name, std::int64_t value) {
    key(name);
    writer_.Int64(value);
  }
  /// A number that is not finite becomes null.
  void real(std::string_view name, double value);
  void boolean(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }
  void null(std::string_view name) {
    key(name);
    writer_.Null();
  }
  template <class Number>
  void optional_number(std::string_view name, const std::optional<Number>& value) {
    value ? number(name, *value) : null(name);
  }
  /// Text of our own that needs no escapes.
  void symbol(std::string_view name, std::string_view value) {
    key(name);
    writer_.quoted(value);
  }
  /// Any text.
  void text(std::string_view name, std::string_view value);
  void address(std::string_view name, const etr::IpAddress& value);
  void time(std::string_view name, etr::Timestamp value);

  /// Ends a line; the next value begins a new document.
  void end_line() {
    buffer_.Put('\n');
    writer_.Reset(buffer_);
  }
  std::string_view written() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  /// Drops the text and keeps its memory.
  void clear() {
    buffer_.Clear();
    writer_.Reset(buffer_);
  }

 private:
  /// RapidJSON's String() examines each character for escapes and its RawValue() copies one by one;
  /// this copies in one step what is known to need neither.
  class Writer final : public rapidjson::Writer<rapidjson::StringBuffer> {
   public:
    using rapidjson::Writer<rapidjson::StringBuffer>::Writer;
    void quoted(std::string_view plain);
    void raw_string(std::string_view escaped);
  };

  void key(std::string_view name) { writer_.quoted(name); }

  rapidjson::StringBuffer buffer_;
  Writer writer_;
};
