#pragma once

#include <string>
#include <string_view>

#include "vrlt/core/error.h"

namespace vrlt {

VRLT_DEFINE_ERROR(OutOfMemoryError, kOutOfMemory);

/// What is being made, and what makes it smaller: what a message says when memory runs out
/// meanwhile. Both texts must outlive the program's run.
class Making {
 public:
  /// @param what  "responses". @param lower  keys of the config: "rollout.group_size or
  /// video.max_frames".
  Making(const char* what, const char* lower);
  ~Making();
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

 private:
  const Making* outer_;
  const char *what_, *lower_;
  int exceptions_;
};

/// Whether an error's text says that memory, or something else that the system rations (threads,
/// address space), ran out: the C library, LibTorch's allocators, oneDNN, which tells it as a
/// primitive that it could not create.
bool tells_of_memory(std::string_view message);

/// What to tell the user: what was being made when the last error was thrown, the error's own text,
/// what to lower.
std::string out_of_memory_message(const std::string& detail);

}  // namespace vrlt
