#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace vrlt::io {

/// SHA-256 of bytes that come one after the other.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void update(std::string_view bytes);

  /// Of all bytes so far, in lower-case hexadecimal; to be called once, as the last call.
  std::string hexadecimal();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace vrlt::io
