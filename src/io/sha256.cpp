// SHA-256 by OpenSSL's libcrypto.
#include <openssl/evp.h>

#include "vrlt/core/error.h"
#include "vrlt/io/digest.h"
#include "vrlt/io/files.h"
#include "vrlt/io/reading.h"

namespace vrlt::io {

struct Digest::Context {
  EVP_MD_CTX* value = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(value); }
};

Digest::Digest() : context_(std::make_unique<Context>()) {
  VRLT_CHECK(
      context_->value != nullptr && EVP_DigestInit_ex(context_->value, EVP_sha256(), nullptr) == 1,
      "libcrypto has no SHA-256");
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) {
  VRLT_CHECK(EVP_DigestUpdate(context_->value, bytes.data(), bytes.size()) == 1,
             "libcrypto failed");
}

std::string Digest::hexadecimal() {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  VRLT_CHECK(EVP_DigestFinal_ex(context_->value, raw, &size) == 1, "libcrypto failed");
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[raw[i] >> 4];
    text += kDigits[raw[i] & 15];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  Digest digest;
  digest.update(bytes);
  return digest.hexadecimal();
}

std::string sha256_file(const std::filesystem::path& path) {
  Digest digest;
  read_pieces(path, [&](std::string_view bytes) { digest.update(bytes); });
  return digest.hexadecimal();
}

}  // namespace vrlt::io
