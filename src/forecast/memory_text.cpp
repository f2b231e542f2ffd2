#include <cmath>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/forecast/cards.h"
#include "vrlt/forecast/memory.h"

namespace vrlt::forecast {
namespace {

std::string in_giga(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", bytes / kGigabyte);
  return text;
}

/// A line of the table. @param phases  bytes of each.
std::string row(const std::string& name, const std::vector<double>& phases) {
  char text[64];
  std::snprintf(text, sizeof text, "  %-30s", name.c_str());
  std::string line = text;
  for (const double bytes : phases) {
    std::snprintf(text, sizeof text, " %12s", bytes > 0 ? in_giga(bytes).c_str() : "-");
    line += text;
  }
  return line + "\n";
}

}  // namespace

std::string verdict(const Memory& memory, double device_bytes) {
  const double left = device_bytes - memory.peak();
  const auto card = concat(in_giga(device_bytes), " GB");
  if (left >= 0) return concat("fits ", card, ": ", in_giga(left), " GB are left");
  const bool in_update = memory.moment != nullptr && memory.update() >= memory.peak();
  return concat("does not fit ", card, ": ", in_giga(-left), " GB too much ",
                in_update ? memory.moment : "in the rollout");
}

std::string to_text(const Memory& memory, std::optional<double> device_bytes) {
  const bool trains = memory.moment != nullptr;
  const auto phases = [&](double rollout, double update) {
    std::vector<double> bytes;
    if (memory.has_rollout) bytes.push_back(rollout);
    if (trains) bytes.push_back(update);
    return bytes;
  };
  char line[128];
  std::snprintf(line, sizeof line, "  %-30s%s%s\n", "memory of a rank, GB",
                memory.has_rollout ? "      rollout" : "", trains ? "       update" : "");
  std::string text = line;
  for (const auto& part : memory.parts)
    if (part.rollout > 0 || part.update > 0)
      text += row(part.name, phases(part.rollout, part.update));
  text += row("together", phases(memory.rollout(), memory.update()));
  if (trains) text += concat("  an update needs most ", memory.moment, "\n");
  return text +
         (device_bytes ? "  " + verdict(memory, *device_bytes)
                       : std::string("  the device is not on this machine: --card 80GB "
                                     "tells whether it fits one")) +
         "\n";
}

}  // namespace vrlt::forecast
