// Routing netlink (rtnetlink(7)): one request and its answer, or a stream of changes. The only user
// of libmnl.
#pragma once

#include <linux/netlink.h>

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "etr/ip_address.h"
#include "etr/wire.h"

struct mnl_socket;

namespace etr::transport {

/// One message as received. Everything is borrowed and valid only during the handler's call.
class NetlinkMessage {
 public:
  explicit NetlinkMessage(const nlmsghdr& message);

  std::uint16_t type() const { return message_.nlmsg_type; }

  /// The fixed header after the netlink header: rtmsg, ndmsg, ifinfomsg or ifaddrmsg, depending on
  /// type(). Zeros if the message is too short for it.
  template <typename Header>
  Header header() const {
    Header header{};
    copy_header(&header, sizeof header);
    return header;
  }

  /// Payload of an attribute; empty if it is absent.
  Bytes attribute(std::uint16_t type) const;
  std::optional<std::uint32_t> number(std::uint16_t type) const;
  std::optional<IpAddress> address(std::uint16_t type) const;
  /// A 32-bit attribute inside a nested one.
  std::optional<std::uint32_t> nested_number(std::uint16_t outer, std::uint16_t inner) const;

 private:
  void copy_header(void* to, std::size_t size) const;

  const nlmsghdr& message_;
  std::array<const nlattr*, 64> attributes_{};
};

/// A message being written.
class NetlinkRequest {
 public:
  /// `header` is the fixed header of the type, one of those above.
  template <typename Header>
  NetlinkRequest(std::uint16_t type, std::uint16_t flags, const Header& header) {
    begin(type, flags, &header, sizeof header);
  }

  NetlinkRequest& add(std::uint16_t type, Bytes value);
  NetlinkRequest& add_u8(std::uint16_t type, std::uint8_t value);
  NetlinkRequest& add_u32(std::uint16_t type, std::uint32_t value);
  /// In network order, as ports are.
  NetlinkRequest& add_port(std::uint16_t type, std::uint16_t value);

 private:
  friend class NetlinkSocket;
  void begin(std::uint16_t type, std::uint16_t flags, const void* header, std::size_t size);
  nlmsghdr& message();

  alignas(nlmsghdr) std::array<std::uint8_t, 256> buffer_{};
};

using NetlinkHandler = std::function<void(const NetlinkMessage&)>;

class NetlinkSocket {
 public:
  /// With `groups` (RTNLGRP_*) the socket also receives notifications of changes.
  static absl::StatusOr<NetlinkSocket> open(std::initializer_list<std::uint32_t> groups = {});

  int fd() const;

  /// Sends a request and passes each message of the answer to the handler. Returns 0 or the
  /// kernel's errno. Not for a socket with groups.
  int ask(NetlinkRequest request, const NetlinkHandler& handler);

  /// Passes on the changes that are queued, without waiting. False: some were lost because the
  /// socket's buffer was full.
  bool take_changes(const NetlinkHandler& handler);

 private:
  struct Closer {
    void operator()(mnl_socket* socket) const;
  };
  explicit NetlinkSocket(mnl_socket* socket) : socket_(socket), buffer_(32768) {}

  std::unique_ptr<mnl_socket, Closer> socket_;
  std::vector<char> buffer_;  ///< As large as the kernel's largest single answer.
  std::uint32_t sequence_ = 0;
};

}  // namespace etr::transport
