#include "vrlt/core/out_of_memory.h"

#include <algorithm>
#include <atomic>
#include <exception>

namespace vrlt {
namespace {

constexpr std::string_view kTexts[] = {
    "can't allocate memory",             // c10's allocator of the CPU
    "Cannot allocate memory",            // ENOMEM
    "Resource temporarily unavailable",  // EAGAIN, of a thread that could not be started
    "could not create a primitive",      // oneDNN: its scratchpad or its generated code
    "could not create a memory",
    "could not execute a primitive",
    "std::bad_alloc",
    "out of memory",
    "OUT_OF_MEMORY",
    "ALLOC_FAILED",
};

/// Literals only: they stay valid when what was being made is gone.
struct Texts {
  const char* what = nullptr;
  const char* lower = nullptr;
};

thread_local const Making* innermost = nullptr;
thread_local Texts failed;
/// Of any thread: for an error in one that makes nothing by itself.
std::atomic<const char*> latest_what = nullptr, latest_lower = nullptr;

Texts what_failed() {
  if (failed.what != nullptr) return failed;
  return {latest_what, latest_lower};
}

}  // namespace

Making::Making(const char* what, const char* lower)
    : outer_(innermost), what_(what), lower_(lower), exceptions_(std::uncaught_exceptions()) {
  innermost = this;
  failed = {};
  latest_what = what;
  latest_lower = lower;
}

Making::~Making() {
  if (std::uncaught_exceptions() > exceptions_ && failed.what == nullptr) failed = {what_, lower_};
  innermost = outer_;
  latest_what = outer_ == nullptr ? nullptr : outer_->what_;
  latest_lower = outer_ == nullptr ? nullptr : outer_->lower_;
}

bool tells_of_memory(std::string_view message) {
  return std::any_of(std::begin(kTexts), std::end(kTexts),
                     [&](auto text) { return message.find(text) != std::string_view::npos; });
}

std::string out_of_memory_message(const std::string& detail) {
  const auto texts = what_failed();
  std::string message = "out of memory";
  if (texts.what != nullptr) message += concat(" while making ", texts.what);
  if (!detail.empty()) message += concat(" (", detail, ")");
  message += "; ";
  if (texts.lower != nullptr) message += concat("lower ", texts.lower, ", or ");
  return message + "allow this process more (ulimit -v, ulimit -u, the job's limits)";
}

}  // namespace vrlt
