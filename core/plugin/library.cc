#include "plugin/library.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/strings/str_format.h"
#include "plugin/kind.h"

namespace etr::plugin {
namespace {

namespace dll = boost::dll;

// Boost wraps the loader's text: "... (dlerror system message: TEXT): Bad file descriptor".
std::string loader_message(const std::string& what, const std::string& file) {
  static constexpr std::string_view kOpening = "dlerror system message: ";
  const std::size_t begin = what.find(kOpening);
  const std::size_t end = what.rfind(')');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return what;
  std::string text = what.substr(begin + kOpening.size(), end - begin - kOpening.size());
  // The loader's text may begin with the name of the file, which the caller adds as well.
  if (text.rfind(file + ": ", 0) == 0) text.erase(0, file.size() + 2);
  return text;
}

bool is_empty(const char* text) { return text == nullptr || *text == '\0'; }

int creators(const PluginDescriptor& descriptor) {
  return int{descriptor.create_prober != nullptr} + int{descriptor.create_hasher != nullptr} +
         int{descriptor.create_sink != nullptr} + int{descriptor.create_view != nullptr};
}

bool creates_its_kind(const PluginDescriptor& descriptor) {
  switch (static_cast<PluginKind>(descriptor.head.kind)) {
    case PluginKind::kProber: return descriptor.create_prober != nullptr;
    case PluginKind::kHasher: return descriptor.create_hasher != nullptr;
    case PluginKind::kSink: return descriptor.create_sink != nullptr;
    case PluginKind::kView: break;
  }
  return descriptor.create_view != nullptr;
}

/// "libstdc++;cxx11=1;layout=..." without what is about the layout of etr's own types.
std::string_view library_of(std::string_view fingerprint) {
  return fingerprint.substr(0, fingerprint.find(";layout="));
}

absl::Status check_fingerprint(std::string_view its, std::string_view ours) {
  if (its == ours) return absl::OkStatus();
  if (library_of(its) == library_of(ours)) {
    return absl::FailedPreconditionError(
        "built for another etr of the same interface version, whose types lie otherwise in memory; "
        "build it with the SDK of this etr");
  }
  return absl::FailedPreconditionError(absl::StrFormat(
      "built against %s, this etr against %s",
      its.empty() ? "an unnamed standard library" : library_of(its), library_of(ours)));
}

}  // namespace

absl::Status check_head(const DescriptorHead& head) {
  if (head.magic != kPluginMagic) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s is not a plugin descriptor: magic number %08x instead of %08x",
                        kDescriptorSymbol, head.magic, kPluginMagic));
  }
  if (head.kind < static_cast<std::uint32_t>(kAllKinds.front()) ||
      head.kind > static_cast<std::uint32_t>(kAllKinds.back())) {
    return absl::FailedPreconditionError(absl::StrFormat("unknown kind of plugin: %d", head.kind));
  }
  const auto kind = static_cast<PluginKind>(head.kind);
  if (head.abi_version != abi_version(kind)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "built for %s etr: version %d of the %s interface, this etr has %d; build it again",
        head.abi_version < abi_version(kind) ? "an older" : "a newer", head.abi_version,
        kind_name(kind), abi_version(kind)));
  }
  if (head.size != sizeof(PluginDescriptor)) {
    return absl::FailedPreconditionError(
        absl::StrFormat("its descriptor has %d octets, this etr's has %d; build it with the SDK "
                        "of this etr and for this machine",
                        head.size, sizeof(PluginDescriptor)));
  }
  return check_fingerprint(is_empty(head.fingerprint) ? "" : head.fingerprint, fingerprint(kind));
}

absl::Status check_body(const PluginDescriptor& descriptor) {
  const auto kind = static_cast<PluginKind>(descriptor.head.kind);
  if (descriptor.revision > abi_revision(kind)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "built for a newer etr: revision %d of the %s interface, this etr has %d; install that etr",
        descriptor.revision, kind_name(kind), abi_revision(kind)));
  }
  if (is_empty(descriptor.name) || is_empty(descriptor.version) || is_empty(descriptor.summary)) {
    return absl::FailedPreconditionError("its descriptor lacks a name, version or summary");
  }
  if (descriptor.options == nullptr || creators(descriptor) != 1 || !creates_its_kind(descriptor)) {
    return absl::FailedPreconditionError("its descriptor lacks the functions of its kind");
  }
  return absl::OkStatus();
}

absl::StatusOr<const PluginDescriptor*> open_library(const std::filesystem::path& file) {
  // By its true absolute path: the loader then uses no search path, and a missing file can be
  // distinguished from a missing dependency.
  std::error_code missing;
  const std::filesystem::path path = std::filesystem::canonical(file, missing);
  if (missing) {
    return absl::NotFoundError(absl::StrFormat("%s: %s", file.string(), missing.message()));
  }
  // The loader would wait for a writer of a FIFO.
  if (!std::filesystem::is_regular_file(path, missing)) {
    return absl::FailedPreconditionError(file.string() + ": is not a file");
  }

  const auto mode = static_cast<dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const PluginDescriptor* descriptor = nullptr;
  try {
    const dll::shared_library library(path, mode);
    if (!library.has(kDescriptorSymbol)) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "%s: not an etr plugin: it has no symbol %s", file.string(), kDescriptorSymbol));
    }
    descriptor = &library.get<const PluginDescriptor>(kDescriptorSymbol);
  } catch (const std::exception& error) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: cannot be loaded: %s", file.string(), loader_message(error.what(), path.string())));
  }

  absl::Status status = check_head(descriptor->head);
  if (status.ok()) status = check_body(*descriptor);
  if (!status.ok()) {
    return absl::Status(status.code(),
                        absl::StrFormat("%s: %s", file.string(), std::string(status.message())));
  }
  return descriptor;
}

}  // namespace etr::plugin
