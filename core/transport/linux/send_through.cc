#include "transport/linux/send_through.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace etr::transport {
namespace {

template <typename Info>
void add_info(msghdr& message, int level, int type, const Info& info) {
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(control), &info, sizeof info);
  message.msg_controllen = CMSG_SPACE(sizeof info);
}

}  // namespace

int send_through(int fd, std::uint32_t interface_index, const SocketAddress& to, Bytes bytes) {
  // The kernel only reads what these point to.
  iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
  msghdr message{};
  message.msg_name = const_cast<sockaddr*>(to.get());
  message.msg_namelen = to.size();
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (interface_index != 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (to.get()->sa_family == AF_INET) {
      in_pktinfo info{};
      info.ipi_ifindex = static_cast<int>(interface_index);
      add_info(message, IPPROTO_IP, IP_PKTINFO, info);
    } else {
      in6_pktinfo info{};
      info.ipi6_ifindex = interface_index;
      add_info(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
  }
  return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

}  // namespace etr::transport
