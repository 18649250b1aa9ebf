// Long path hashes: SHA-256, 64 hex digits, for records that combine many vantage points.
#pragma once

#include <memory>

#include "etr/plugin.h"

struct evp_md_st;
struct evp_md_ctx_st;

namespace etr::plugins {

class Sha256Hasher final : public PathHasher {
 public:
  static constexpr PluginInfo kInfo{"sha256", "1.0.0", "SHA-256, 64 hex digits"};

  Sha256Hasher();

  std::size_t digest_size() const override { return 32; }
  void digest(Bytes bytes, MutableBytes out) const override;

 private:
  struct Free {
    void operator()(evp_md_st* algorithm) const;
    void operator()(evp_md_ctx_st* context) const;
  };
  // Fetching the algorithm and making a context cost twice the hashing of a path, so both are kept.
  // The context carries no state from one digest to the next, and calls never overlap.
  std::unique_ptr<evp_md_st, Free> algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace etr::plugins
