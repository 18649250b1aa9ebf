#include "support/pcap_file.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace etr::testing {
namespace {

// pcap-savefile(5), written in big-endian order; nanosecond stamps.
constexpr std::uint32_t kMagic = 0xa1b23c4d;
constexpr std::uint32_t kMagicMicroseconds = 0xa1b2c3d4;
constexpr std::size_t kFileHeaderSize = 24;
constexpr std::size_t kRecordHeaderSize = 16;
/// LINKTYPE_RAW in files is another number than DLT_RAW on Linux.
constexpr std::uint32_t kLinkTypeRaw = 101;

std::uint32_t to_file(net::LinkType type) {
  return type == net::LinkType::kRaw ? kLinkTypeRaw : static_cast<std::uint32_t>(type);
}

/// Swaps every number of the two headers if the file is little-endian.
class NumberReader {
 public:
  explicit NumberReader(Bytes bytes) : reader_(bytes) {
    std::uint32_t magic = reader_.u32();
    if (magic == __builtin_bswap32(kMagic) || magic == __builtin_bswap32(kMagicMicroseconds)) {
      swap_ = true;
      magic = __builtin_bswap32(magic);
    }
    if (magic != kMagic && magic != kMagicMicroseconds) {
      throw std::runtime_error("not a capture file");
    }
  }
  std::uint32_t u32() {
    const std::uint32_t value = reader_.u32();
    return swap_ ? __builtin_bswap32(value) : value;
  }
  WireReader& reader() { return reader_; }

 private:
  WireReader reader_;
  bool swap_ = false;
};

}  // namespace

void write_pcap(const std::string& path, const PcapFile& file) {
  Octets octets(kFileHeaderSize);
  WireWriter header(octets);
  header.u32(kMagic);
  header.u16(2);
  header.u16(4);
  header.u64(0);
  header.u32(std::numeric_limits<std::uint16_t>::max());
  header.u32(to_file(file.link_type));
  for (const Octets& frame : file.frames) {
    Octets record(kRecordHeaderSize);
    WireWriter writer(record);
    writer.u64(0);
    writer.u32(static_cast<std::uint32_t>(frame.size()));
    writer.u32(static_cast<std::uint32_t>(frame.size()));
    octets.insert(octets.end(), record.begin(), record.end());
    octets.insert(octets.end(), frame.begin(), frame.end());
  }
  std::ofstream out(path, std::ios::binary);
  std::copy(octets.begin(), octets.end(), std::ostreambuf_iterator<char>(out));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

PcapFile read_pcap(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const Octets octets{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  NumberReader numbers(octets);
  numbers.reader().skip(16);
  const std::uint32_t type = numbers.u32();
  PcapFile file;
  file.link_type =
      type == kLinkTypeRaw ? net::LinkType::kRaw : net::LinkType(static_cast<int>(type));
  while (numbers.reader().remaining() > 0) {
    numbers.reader().skip(8);
    const std::uint32_t captured = numbers.u32();
    numbers.u32();
    const Bytes frame = numbers.reader().bytes(captured);
    if (!numbers.reader().ok()) throw std::runtime_error(path + " is cut");
    file.frames.emplace_back(frame.begin(), frame.end());
  }
  return file;
}

bool have_tcpdump() { return std::system("tcpdump --version >/dev/null 2>&1") == 0; }

std::string tcpdump(const PcapFile& file, const std::string& arguments) {
  static int files = 0;
  const std::string path =
      (std::filesystem::temp_directory_path() /
       ("etr_test_" + std::to_string(getpid()) + "_" + std::to_string(files++) + ".pcap"))
          .string();
  write_pcap(path, file);
  const std::string command = "tcpdump -r '" + path + "' " + arguments + " 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start tcpdump");
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe)) {
    text.append(part.data(), got);
  }
  const int status = pclose(pipe);
  std::filesystem::remove(path);
  if (status != 0) throw std::runtime_error("tcpdump failed: " + text);
  return text;
}

}  // namespace etr::testing
