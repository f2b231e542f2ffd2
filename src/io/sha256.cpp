// SHA-256 by OpenSSL's libcrypto.
#include <openssl/evp.h>

#include <memory>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/reading.h"

namespace vrlt::io {
namespace {

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    VRLT_CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
               "libcrypto has no SHA-256");
  }

  void update(std::string_view bytes) {
    VRLT_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1,
               "libcrypto failed");
  }

  std::string hexadecimal() {
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    VRLT_CHECK(EVP_DigestFinal_ex(context_.get(), raw, &size) == 1, "libcrypto failed");
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      text += kDigits[raw[i] >> 4];
      text += kDigits[raw[i] & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

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
