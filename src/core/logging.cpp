#include "vrlt/core/logging.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "vrlt/core/error.h"
#include "vrlt/core/shared_warning.h"
#include "vrlt/core/terminal.h"

namespace vrlt::log {
namespace {

/// On a terminal a line first wipes the progress bar that may stand there; the next update draws it
/// again.
std::string pattern(const std::string& rank) {
  return concat(is_fancy_terminal() ? "\r\033[K" : "", "%H:%M:%S %^%L%$ ", rank, "%v");
}

spdlog::logger& logger() {
  // Leaked on purpose: it must outlive every static that may still log.
  static spdlog::logger* const instance = [] {
    const auto colors =
        is_fancy_terminal() ? spdlog::color_mode::automatic : spdlog::color_mode::never;
    auto* created =
        new spdlog::logger("vrlt", std::make_shared<spdlog::sinks::stderr_color_sink_mt>(colors));
    created->set_pattern(pattern(""));
    created->flush_on(spdlog::level::info);
    return created;
  }();
  return *instance;
}

bool is_first_rank = true;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void setup(int rank, int world_size) {
  is_first_rank = rank == 0;
  if (world_size > 1) logger().set_pattern(pattern(concat("[", rank, "] ")));
  if (rank > 0) logger().set_level(spdlog::level::warn);
  if (const char* level = std::getenv("VRLT_LOG"))
    logger().set_level(spdlog::level::from_str(level));
}

void shared_warning(const std::string& message) {
  if (is_first_rank) warning(message);
}

void write(Level level, const std::string& message) {
  logger().log(to_spdlog(level), "{}", message);
}

}  // namespace vrlt::log
