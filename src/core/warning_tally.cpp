#include "vrlt/core/warning_tally.h"

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/random.h"

namespace vrlt::log {
namespace {

constexpr size_t kIdsTold = 5;

}  // namespace

WarningTally::~WarningTally() {
  try {
    tell();
  } catch (...) {  // a warning that cannot be said is no reason to end the program
  }
}

void WarningTally::note(const std::string& kind, const std::string& id, const std::string& text) {
  const std::lock_guard lock(mutex_);
  auto& known = kinds_[kind];
  if (!known.seen.insert(stable_hash(id)).second) return;
  if (known.first_ids.size() < kIdsTold) known.first_ids.push_back(id);
  if (known.seen.size() == 1) warning(concat(id, ": ", text));
}

int64_t WarningTally::count(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = kinds_.find(kind);
  return found == kinds_.end() ? 0 : static_cast<int64_t>(found->second.seen.size());
}

std::string WarningTally::summary_of(const std::string& name, const Kind& kind) {
  std::string line = concat(kind.seen.size(), " samples: ", name, ": ");
  for (size_t i = 0; i < kind.first_ids.size(); ++i)
    line += concat(i == 0 ? "" : ", ", kind.first_ids[i]);
  if (kind.seen.size() > kind.first_ids.size())
    line += concat(" and ", kind.seen.size() - kind.first_ids.size(), " more");
  return line;
}

std::vector<std::string> WarningTally::summaries() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& [name, kind] : kinds_)
    if (kind.seen.size() > 1) lines.push_back(summary_of(name, kind));
  return lines;
}

void WarningTally::tell() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, kind] : kinds_) {
    if (kind.seen.size() <= kind.told) continue;
    kind.told = kind.seen.size();
    warning(summary_of(name, kind));
  }
}

}  // namespace vrlt::log
