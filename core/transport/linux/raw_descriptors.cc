#include "transport/linux/raw_descriptors.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "absl/strings/str_format.h"
#include "base/errno_text.h"

namespace etr::transport {
namespace {

std::string own_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "$(command -v etr)";
}

absl::Status missing_privilege(const char* what) {
  return absl::PermissionDeniedError(
      absl::StrFormat("cannot open a %s: CAP_NET_RAW is missing; run with sudo, or once: sudo "
                      "setcap cap_net_raw+ep %s",
                      what, own_path()));
}

void keep_first(absl::Status& status, const absl::Status& next) {
  if (status.ok()) status = next;
}

base::FileDescriptor open_socket(int family, int type, int protocol, const char* what,
                                 absl::Status& status) {
  base::FileDescriptor fd(socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (fd.is_open() || errno == EAFNOSUPPORT) return fd;
  keep_first(status, errno == EPERM || errno == EACCES
                         ? missing_privilege(what)
                         : absl::UnavailableError(absl::StrFormat("cannot open a %s: %s", what,
                                                                  base::errno_text(errno))));
  return fd;
}

void include_header(const base::FileDescriptor& fd, int level, int option) {
  const int on = 1;
  if (fd.is_open()) setsockopt(fd.get(), level, option, &on, sizeof on);
}

absl::Status capture_error(pcap* handle, const char* step) {
  return absl::UnavailableError(
      absl::StrFormat("cannot open the packet capture: %s: %s", step, pcap_geterr(handle)));
}

PcapHandle open_capture(std::size_t buffer, absl::Status& status) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  PcapHandle handle(pcap_create("any", text.data()));
  if (!handle) {
    keep_first(status, absl::UnavailableError(
                           absl::StrFormat("cannot open the packet capture: %s", text.data())));
    return nullptr;
  }
  pcap_set_snaplen(handle.get(), kSnapLength);
  pcap_set_immediate_mode(handle.get(), 1);
  pcap_set_buffer_size(handle.get(), static_cast<int>(std::min<std::size_t>(buffer, INT_MAX)));
  pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  const int result = pcap_activate(handle.get());
  if (result == PCAP_ERROR_PERM_DENIED) {
    keep_first(status, missing_privilege("packet capture"));
    return nullptr;
  }
  const auto refuse = [&](const char* step) -> PcapHandle {
    keep_first(status, capture_error(handle.get(), step));
    return nullptr;
  };
  if (result < 0) return refuse(pcap_statustostr(result));
  // Captures nothing before start(): a filter of one instruction, "return 0 octets".
  bpf_insn reject{BPF_RET | BPF_K, 0, 0, 0};
  bpf_program program{1, &reject};
  if (pcap_setfilter(handle.get(), &program) != 0) return refuse("filter");
  if (pcap_set_datalink(handle.get(), DLT_LINUX_SLL2) != 0) return refuse("link type");
  if (pcap_get_tstamp_precision(handle.get()) != PCAP_TSTAMP_PRECISION_NANO) {
    return refuse("nanosecond stamps");
  }
  fcntl(pcap_fileno(handle.get()), F_SETFD, FD_CLOEXEC);
  if (pcap_setnonblock(handle.get(), 1, text.data()) != 0) return refuse(text.data());
  return handle;
}

}  // namespace

void PcapCloser::operator()(pcap* handle) const { pcap_close(handle); }

RawDescriptors open_raw_descriptors(std::size_t capture_buffer) {
  RawDescriptors opened;
  opened.packet = open_socket(AF_PACKET, SOCK_DGRAM, 0, "packet socket", opened.status);
  opened.ipv4 = open_socket(AF_INET, SOCK_RAW, IPPROTO_RAW, "raw socket", opened.status);
  opened.ipv6 = open_socket(AF_INET6, SOCK_RAW, IPPROTO_RAW, "raw IPv6 socket", opened.status);
  include_header(opened.ipv4, IPPROTO_IP, IP_HDRINCL);
  include_header(opened.ipv6, IPPROTO_IPV6, IPV6_HDRINCL);
  opened.capture = open_capture(capture_buffer, opened.status);
  return opened;
}

}  // namespace etr::transport
