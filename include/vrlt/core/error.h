#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace vrlt {

/// What a program returns to the shell.
enum class ExitCode : int {
  kDone = 0,
  kUsage = 2,          ///< Wrong command line or config.
  kBadData = 65,       ///< A record, video or checkpoint is malformed.
  kMissingInput = 66,  ///< A file that was named does not exist.
  kPeerGone = 69,      ///< Another rank is gone.
  kBug = 70,           ///< A contract of ours is broken.
  kDisk = 74,          ///< Writing failed.
  kStopped = 75,       ///< Stopped on request; can be resumed.
  kOutOfMemory = 80,
  kNotFinite = 81,  ///< Loss or gradient is not finite.
  kPeerHangs = 82,
  kIncomplete = 83,  ///< Evaluation finished with samples missing.
};

/// Base of every error we throw: what went wrong, where, what was expected, what to do.
class Error : public std::runtime_error {
 public:
  Error(ExitCode exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}
  ExitCode exit_code() const { return exit_code_; }

 private:
  ExitCode exit_code_;
};

/// Defines an error type with its exit code.
#define VRLT_DEFINE_ERROR(Name, code)                                             \
  class Name : public Error {                                                     \
   public:                                                                        \
    explicit Name(const std::string& message) : Error(ExitCode::code, message) {} \
  }

VRLT_DEFINE_ERROR(ConfigError, kUsage);
VRLT_DEFINE_ERROR(DataError, kBadData);
VRLT_DEFINE_ERROR(CheckpointError, kBadData);
VRLT_DEFINE_ERROR(MissingInputError, kMissingInput);
VRLT_DEFINE_ERROR(CommError, kPeerGone);
VRLT_DEFINE_ERROR(CommHangError, kPeerHangs);
VRLT_DEFINE_ERROR(ContractError, kBug);
VRLT_DEFINE_ERROR(DiskError, kDisk);
VRLT_DEFINE_ERROR(StopRequested, kStopped);
VRLT_DEFINE_ERROR(NotFiniteError, kNotFinite);
VRLT_DEFINE_ERROR(IncompleteError, kIncomplete);

/// The arguments, written one after the other with operator<<.
template <typename... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace vrlt

/// Throws ContractError, with the condition and the place, if the caller broke a contract.
#define VRLT_CHECK(condition, ...)                                                              \
  do {                                                                                          \
    if (!(condition))                                                                           \
      throw ::vrlt::ContractError(::vrlt::concat(__FILE__, ":", __LINE__, ": " #condition ": ", \
                                                 ::vrlt::concat(__VA_ARGS__)));                 \
  } while (false)
