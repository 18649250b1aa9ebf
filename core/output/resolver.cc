#include "output/resolver.h"

#include <ares.h>
#include <poll.h>
#include <sys/time.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/signal_stack.h"
#include "base/thread_name.h"
#include "base/wake_fd.h"
#include "output/ptr_reply.h"

namespace etr::output {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kQueryClass = 1;
constexpr int kQueryType = 12;

struct Entry {
  std::string name;
  SteadyTime expires{};
  bool pending = true;  ///< Queued or in flight.
};

/// True if the answer is that there is no name; false if there is no answer.
bool is_not_found(int status) { return status == ARES_ENOTFOUND || status == ARES_ENODATA; }

}  // namespace

class Resolver::Impl {
 public:
  explicit Impl(ResolverOptions options) : options_(std::move(options)) {}

  ~Impl() {
    if (thread_.joinable()) {
      stopping_ = true;
      wake_.wake();
      thread_.join();
    }
    if (channel_ != nullptr) ares_destroy(channel_);
    ares_library_cleanup();
  }

  absl::Status start() {
    if (const int error = ares_library_init(ARES_LIB_INIT_ALL); error != ARES_SUCCESS) {
      return failure(error);
    }
    ares_options settings{};
    settings.timeout = static_cast<int>(options_.timeout.count());
    settings.tries = options_.tries;
    settings.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
      static_cast<Impl*>(self)->watch(socket, readable != 0, writable != 0);
    };
    settings.sock_state_cb_data = this;
    if (const int error = ares_init_options(
            &channel_, &settings, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
        error != ARES_SUCCESS) {
      return failure(error);
    }
    if (!options_.servers.empty()) {
      const int error = ares_set_servers_ports_csv(channel_, options_.servers.c_str());
      if (error != ARES_SUCCESS) return failure(error);
    }
    thread_ = std::thread([this] {
      base::name_thread("etr-resolver");
      const base::SignalStack signal_stack;
      run();
    });
    return absl::OkStatus();
  }

  std::string name(const IpAddress& address) {
    const base::MutexLock lock(mutex_);
    const auto found = entries_.find(address);
    if (found == entries_.end()) {
      ask(address);
      return {};
    }
    Entry& entry = found->second;
    if (!entry.pending && options_.now() >= entry.expires) ask(address);
    return entry.name;
  }

 private:
  static absl::Status failure(int error) {
    return absl::UnavailableError(absl::StrCat("cannot look up names: ", ares_strerror(error)));
  }

  void ask(const IpAddress& address) ETR_REQUIRES(mutex_) {
    if (queue_.size() >= options_.queue) return;
    if (entries_.size() >= options_.cache && !entries_.contains(address) && !make_room()) return;
    entries_[address].pending = true;
    queue_.push_back(address);
    wake_.wake();
  }

  bool make_room() ETR_REQUIRES(mutex_) {
    const auto idle = std::find_if(entries_.begin(), entries_.end(),
                                   [](const auto& entry) { return !entry.second.pending; });
    if (idle == entries_.end()) return false;
    entries_.erase(idle);
    return true;
  }

  void run() {
    while (!stopping_) {
      send_queries();
      wait_and_process();
    }
    ares_cancel(channel_);
  }

  void send_queries() {
    while (in_flight_ < options_.in_flight) {
      std::optional<IpAddress> next;
      {
        const base::MutexLock lock(mutex_);
        if (queue_.empty()) return;
        next = queue_.front();
        queue_.pop_front();
      }
      ++in_flight_;
      // Freed by on_answer(), which c-ares calls exactly once, maybe within this call.
      auto* const query = new Query{this, *next};
      ares_query(channel_, reverse_name(*next).c_str(), kQueryClass, kQueryType, on_answer, query);
    }
  }

  void wait_and_process() {
    std::vector<pollfd> ready = watched_;
    ready.push_back({wake_.fd(), POLLIN, 0});
    timeval storage{};
    const timeval* const next = ares_timeout(channel_, nullptr, &storage);
    const int timeout =
        next == nullptr ? -1 : static_cast<int>(next->tv_sec * 1000 + next->tv_usec / 1000 + 1);
    const int count = ::poll(ready.data(), ready.size(), timeout);
    if (ready.back().revents != 0) wake_.clear();
    ready.pop_back();
    for (const pollfd& one : ready) {
      if (count <= 0 || one.revents == 0) continue;
      const bool writable = (one.revents & POLLOUT) != 0;
      const bool readable = (one.revents & ~POLLOUT) != 0;
      ares_process_fd(channel_, readable ? one.fd : ARES_SOCKET_BAD,
                      writable ? one.fd : ARES_SOCKET_BAD);
    }
    // Timeouts are handled only in this call.
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }

  void watch(ares_socket_t socket, bool readable, bool writable) {
    std::erase_if(watched_, [&](const pollfd& one) { return one.fd == socket; });
    if (!readable && !writable) return;
    const int events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);
    watched_.push_back({socket, static_cast<short>(events), 0});
  }

  struct Query {
    Impl* self;
    IpAddress address;
  };

  static void on_answer(void* context, int status, int /*timeouts*/, unsigned char* message,
                        int size) {
    const std::unique_ptr<Query> query(static_cast<Query*>(context));
    std::optional<PtrReply> reply;
    if (status == ARES_SUCCESS && size > 0) {
      reply = parse_ptr_reply({message, static_cast<std::size_t>(size)});
    }
    query->self->finish(query->address, status, reply);
  }

  void finish(const IpAddress& address, int status, const std::optional<PtrReply>& reply) {
    --in_flight_;
    const base::MutexLock lock(mutex_);
    Entry& entry = entries_[address];
    entry.pending = false;
    const SteadyTime now = options_.now();
    if (reply) {
      entry.name = reply->name;
      entry.expires = now + std::clamp(reply->ttl, options_.min_ttl, options_.max_ttl);
    } else if (is_not_found(status)) {
      entry.name.clear();
      entry.expires = now + options_.not_found_ttl;
    } else {
      // The name was not denied: the known one stays.
      entry.expires = now + options_.retry_after;
    }
  }

  const ResolverOptions options_;
  base::WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;

  // Used by the resolver's thread only.
  ares_channel channel_ = nullptr;
  std::vector<pollfd> watched_;
  std::size_t in_flight_ = 0;

  // A table asked from several threads rather than a channel: readers want the value, not its news.
  base::Mutex mutex_;
  std::unordered_map<IpAddress, Entry> entries_ ETR_GUARDED_BY(mutex_);
  std::deque<IpAddress> queue_ ETR_GUARDED_BY(mutex_);
};

Resolver::Resolver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resolver::~Resolver() = default;

absl::StatusOr<std::unique_ptr<Resolver>> Resolver::make(ResolverOptions options) {
  try {
    auto impl = std::make_unique<Impl>(std::move(options));
    if (absl::Status status = impl->start(); !status.ok()) return status;
    return std::unique_ptr<Resolver>(new Resolver(std::move(impl)));
  } catch (const std::system_error& error) {
    return absl::UnavailableError(absl::StrCat("cannot look up names: ", error.what()));
  }
}

std::string Resolver::name(const IpAddress& address) { return impl_->name(address); }
void Resolver::request(const IpAddress& address) { impl_->name(address); }

}  // namespace etr::output
