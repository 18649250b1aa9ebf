#include "output/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace etr::test {
namespace {

constexpr std::size_t kHeaderSize = 12;

void append_u16(std::vector<std::uint8_t>& out, std::uint32_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append(std::vector<std::uint8_t>& out, const std::vector<std::uint8_t>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

void append_record(std::vector<std::uint8_t>& out, const std::vector<std::uint8_t>& owner,
                   std::uint16_t type, std::uint32_t ttl, const std::vector<std::uint8_t>& data) {
  append(out, owner);
  append_u16(out, type);
  append_u16(out, 1);
  append_u16(out, ttl >> 16U);
  append_u16(out, ttl);
  append_u16(out, static_cast<std::uint32_t>(data.size()));
  append(out, data);
}

/// The question's name, and the octets up to the question's end.
std::pair<std::string, std::size_t> question(Bytes query) {
  std::string name;
  std::size_t at = kHeaderSize;
  while (at < query.size() && query[at] != 0) {
    if (!name.empty()) name += '.';
    for (std::size_t i = 1; i <= query[at]; ++i) name += static_cast<char>(query[at + i]);
    at += query[at] + 1U;
  }
  return {name, at + 5};
}

}  // namespace

std::vector<std::uint8_t> dns_name(const std::string& text) {
  std::vector<std::uint8_t> encoded;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    encoded.push_back(static_cast<std::uint8_t>(end - begin));
    encoded.insert(encoded.end(), text.begin() + static_cast<std::ptrdiff_t>(begin),
                   text.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end + 1;
  }
  encoded.push_back(0);
  return encoded;
}

std::vector<std::uint8_t> dns_query(const std::string& name) {
  std::vector<std::uint8_t> query{0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0};
  append(query, dns_name(name));
  append_u16(query, 12);
  append_u16(query, 1);
  return query;
}

std::vector<std::uint8_t> dns_message(Bytes query, const DnsAnswer& answer) {
  const std::size_t end = question(query).second;
  std::vector<std::uint8_t> message(query.begin(),
                                    query.begin() + static_cast<std::ptrdiff_t>(end));
  message[2] = 0x81;
  message[3] = static_cast<std::uint8_t>(0x80U | answer.rcode);
  message[6] = 0;
  message[7] = static_cast<std::uint8_t>((answer.ptr ? 1 : 0) + (answer.cname.empty() ? 0 : 1));
  message[8] = message[9] = message[10] = message[11] = 0;
  std::vector<std::uint8_t> owner{0xc0, kHeaderSize};  // points to the question's name
  if (!answer.cname.empty()) {
    append_record(message, owner, 5, answer.cname_ttl, dns_name(answer.cname));
    owner = dns_name(answer.cname);
  }
  if (answer.ptr) append_record(message, owner, 12, answer.ttl, *answer.ptr);
  return message;
}

DnsServer::DnsServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof local;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket interface
  auto* const generic = reinterpret_cast<sockaddr*>(&local);
  if (::bind(socket_, generic, size) != 0 || ::getsockname(socket_, generic, &size) != 0) {
    throw std::runtime_error("cannot bind on loopback");
  }
  address_ = "127.0.0.1:" + std::to_string(ntohs(local.sin_port));
  thread_ = std::thread([this] { run(); });
}

DnsServer::~DnsServer() {
  stop_.wake();
  thread_.join();
  ::close(socket_);
}

void DnsServer::set(const std::string& name, DnsAnswer answer) {
  const std::lock_guard lock(mutex_);
  answers_[name] = std::move(answer);
}

int DnsServer::asked(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return asked_[name];
}

void DnsServer::run() {
  while (true) {
    std::array<pollfd, 2> ready{pollfd{stop_.fd(), POLLIN, 0}, pollfd{socket_, POLLIN, 0}};
    ::poll(ready.data(), ready.size(), -1);
    if (ready[0].revents != 0) return;
    std::array<std::uint8_t, 1500> buffer{};
    sockaddr_storage peer{};
    socklen_t peer_size = sizeof peer;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket interface
    auto* const generic = reinterpret_cast<sockaddr*>(&peer);
    const ssize_t size = ::recvfrom(socket_, buffer.data(), buffer.size(), 0, generic, &peer_size);
    if (size < static_cast<ssize_t>(kHeaderSize)) continue;
    const Bytes query(buffer.data(), static_cast<std::size_t>(size));
    DnsAnswer answer;
    {
      const std::string name = question(query).first;
      const std::lock_guard lock(mutex_);
      ++asked_[name];
      if (const auto known = answers_.find(name); known != answers_.end()) answer = known->second;
    }
    if (answer.silent) continue;
    const std::vector<std::uint8_t> message = dns_message(query, answer);
    ::sendto(socket_, message.data(), message.size(), 0, generic, peer_size);
  }
}

}  // namespace etr::test
