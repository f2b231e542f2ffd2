#pragma once

#include <chrono>

// The part of Gloo's interface that LibTorch's ProcessGroupGloo.hpp mentions. The wheel carries the
// compiled library without its headers; ProcessGroupGloo holds these types behind pointers only, so
// their declarations are enough.
namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo
