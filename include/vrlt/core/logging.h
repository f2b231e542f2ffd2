#pragma once

#include <string>

namespace vrlt::log {

enum class Level { kDebug, kInfo, kWarning, kError };

/// Prefixes every line with `[rank]` when world_size > 1; ranks above 0 print warnings and errors
/// only. Lines go to standard error. VRLT_LOG=debug|info|warning|error sets the level.
void setup(int rank, int world_size);

void write(Level level, const std::string& message);

inline void debug(const std::string& message) { write(Level::kDebug, message); }
inline void info(const std::string& message) { write(Level::kInfo, message); }
inline void warning(const std::string& message) { write(Level::kWarning, message); }
inline void error(const std::string& message) { write(Level::kError, message); }

}  // namespace vrlt::log
