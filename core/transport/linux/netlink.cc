#include "transport/linux/netlink.h"

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_format.h"
#include "base/errno_text.h"

namespace etr::transport {
namespace {

std::size_t header_size(std::uint16_t type) {
  switch (type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: return sizeof(ifinfomsg);
    case RTM_NEWADDR:
    case RTM_DELADDR: return sizeof(ifaddrmsg);
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH: return sizeof(ndmsg);
    default: return sizeof(rtmsg);
  }
}

Bytes payload(const nlattr* attribute) {
  if (attribute == nullptr) return {};
  return {static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)),
          mnl_attr_get_payload_len(attribute)};
}

std::optional<std::uint32_t> number_in(Bytes bytes) {
  std::uint32_t value = 0;
  if (bytes.size() != sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// mnl_attr_for_each does not compile as C++; this is what mnl_attr_parse calls instead.
template <std::size_t kCount>
int collect(const nlattr* attribute, void* data) {
  auto& table = *static_cast<std::array<const nlattr*, kCount>*>(data);
  const std::uint16_t type = mnl_attr_get_type(attribute);
  if (type < table.size()) table[type] = attribute;
  return MNL_CB_OK;
}

struct Visit {
  const NetlinkHandler& handler;
  bool stop_after_first;
};

int visit(const nlmsghdr* message, void* data) {
  const Visit& wanted = *static_cast<const Visit*>(data);
  wanted.handler(NetlinkMessage(*message));
  return wanted.stop_after_first ? MNL_CB_STOP : MNL_CB_OK;
}

}  // namespace

NetlinkMessage::NetlinkMessage(const nlmsghdr& message) : message_(message) {
  const std::size_t skip = header_size(message.nlmsg_type);
  if (mnl_nlmsg_get_payload_len(&message) < skip) return;
  mnl_attr_parse(&message, static_cast<unsigned>(skip), collect<64>, &attributes_);
}

void NetlinkMessage::copy_header(void* to, std::size_t size) const {
  if (mnl_nlmsg_get_payload_len(&message_) < size) return;
  std::memcpy(to, mnl_nlmsg_get_payload(&message_), size);
}

Bytes NetlinkMessage::attribute(std::uint16_t type) const {
  return type < attributes_.size() ? payload(attributes_[type]) : Bytes{};
}

std::optional<std::uint32_t> NetlinkMessage::number(std::uint16_t type) const {
  return number_in(attribute(type));
}

std::optional<IpAddress> NetlinkMessage::address(std::uint16_t type) const {
  return IpAddress::from_bytes(attribute(type));
}

std::optional<std::uint32_t> NetlinkMessage::nested_number(std::uint16_t outer,
                                                           std::uint16_t inner) const {
  if (outer >= attributes_.size() || attributes_[outer] == nullptr) return std::nullopt;
  std::array<const nlattr*, 64> table{};
  mnl_attr_parse_nested(attributes_[outer], collect<64>, &table);
  return inner < table.size() ? number_in(payload(table[inner])) : std::nullopt;
}

nlmsghdr& NetlinkRequest::message() {
  return *static_cast<nlmsghdr*>(static_cast<void*>(buffer_.data()));
}

void NetlinkRequest::begin(std::uint16_t type, std::uint16_t flags, const void* header,
                           std::size_t size) {
  nlmsghdr* message = mnl_nlmsg_put_header(buffer_.data());
  message->nlmsg_type = type;
  message->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  std::memcpy(mnl_nlmsg_put_extra_header(message, size), header, size);
}

NetlinkRequest& NetlinkRequest::add(std::uint16_t type, Bytes value) {
  mnl_attr_put(&message(), type, value.size(), value.data());
  return *this;
}

NetlinkRequest& NetlinkRequest::add_u8(std::uint16_t type, std::uint8_t value) {
  mnl_attr_put_u8(&message(), type, value);
  return *this;
}

NetlinkRequest& NetlinkRequest::add_u32(std::uint16_t type, std::uint32_t value) {
  mnl_attr_put_u32(&message(), type, value);
  return *this;
}

NetlinkRequest& NetlinkRequest::add_port(std::uint16_t type, std::uint16_t value) {
  const std::array<std::uint8_t, 2> octets{static_cast<std::uint8_t>(value >> 8U),
                                           static_cast<std::uint8_t>(value)};
  return add(type, octets);
}

void NetlinkSocket::Closer::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

absl::StatusOr<NetlinkSocket> NetlinkSocket::open(std::initializer_list<std::uint32_t> groups) {
  mnl_socket* raw = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  if (raw == nullptr || mnl_socket_bind(raw, 0, MNL_SOCKET_AUTOPID) < 0) {
    const int error = errno;
    if (raw != nullptr) mnl_socket_close(raw);
    return absl::UnavailableError(
        absl::StrFormat("cannot ask the kernel for routes: %s", base::errno_text(error)));
  }
  NetlinkSocket socket(raw);
  for (std::uint32_t group : groups) {
    // An older kernel may not know a group; it then lacks what the group reports, too.
    mnl_socket_setsockopt(raw, NETLINK_ADD_MEMBERSHIP, &group, sizeof group);
  }
  return socket;
}

int NetlinkSocket::fd() const { return mnl_socket_get_fd(socket_.get()); }

int NetlinkSocket::ask(NetlinkRequest request, const NetlinkHandler& handler) {
  nlmsghdr& message = request.message();
  message.nlmsg_seq = ++sequence_;
  if (mnl_socket_sendto(socket_.get(), &message, message.nlmsg_len) < 0) return errno;
  const std::uint32_t port = mnl_socket_get_portid(socket_.get());
  Visit wanted{handler, (message.nlmsg_flags & NLM_F_DUMP) == 0};
  int state = MNL_CB_OK;
  while (state > MNL_CB_STOP) {
    const ssize_t size = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno;
    state =
        mnl_cb_run(buffer_.data(), static_cast<std::size_t>(size), sequence_, port, visit, &wanted);
    // The rest of an answer that was abandoned earlier.
    if (state < 0 && errno == EPROTO) state = MNL_CB_OK;
  }
  return state < 0 ? errno : 0;
}

bool NetlinkSocket::take_changes(const NetlinkHandler& handler) {
  Visit wanted{handler, false};
  bool complete = true;
  // Bounded, so that constant route churn cannot starve probing.
  for (int datagrams = 0; datagrams < 64; ++datagrams) {
    const ssize_t size = recv(fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) {
      complete = false;
      continue;
    }
    if (size <= 0) break;
    mnl_cb_run(buffer_.data(), static_cast<std::size_t>(size), 0, 0, visit, &wanted);
  }
  return complete;
}

}  // namespace etr::transport
