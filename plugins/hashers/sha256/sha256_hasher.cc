#include "sha256_hasher.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace etr::plugins {

void Sha256Hasher::Free::operator()(evp_md_st* algorithm) const { EVP_MD_free(algorithm); }
void Sha256Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Hasher::Sha256Hasher()
    : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  if (!algorithm_ || !context_) throw std::runtime_error("libcrypto offers no SHA-256");
}

void Sha256Hasher::digest(Bytes bytes, MutableBytes out) const {
  if (out.size() < digest_size()) throw std::length_error("no room for a digest of 32 octets");
  unsigned written = 0;
  if (EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context_.get(), out.data(), &written) != 1) {
    throw std::runtime_error("libcrypto failed to compute SHA-256");
  }
}

}  // namespace etr::plugins
