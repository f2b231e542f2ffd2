#include "vrlt/data/odd_items.h"

#include <algorithm>

namespace vrlt::data {
namespace {

/// Of each kind: enough to look at, also where every item of half a million is odd.
constexpr size_t kNamed = 100;

void add(std::vector<OddKind>& kinds, const std::string& name, const std::string& text) {
  auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
  if (found == kinds.end()) found = kinds.insert(kinds.end(), {.name = name, .first = {}});
  ++found->count;
  if (found->first.size() < kNamed) found->first.push_back(text);
}

}  // namespace

bool OddItems::item(const std::function<void()>& read) {
  try {
    read();
    return true;
  } catch (const DataError& error) {
    drop(error);
    return false;
  }
}

void OddItems::drop(const DataError& error) {
  if (strict_) throw;
  const auto* odd = dynamic_cast<const OddItemError*>(&error);
  add(dropped_, odd != nullptr ? odd->kind() : "cannot be read", error.what());
}

void OddItems::repaired(const std::string& kind, const std::string& text) {
  if (strict_) throw OddItemError(kind, text);
  add(repaired_, kind, text);
}

void OddItems::passed_over(const std::string& kind, const std::string& text) {
  add(dropped_, kind, text);
}

std::vector<std::string> texts_of(const std::vector<OddKind>& kinds) {
  std::vector<std::string> texts;
  for (const auto& kind : kinds) texts.insert(texts.end(), kind.first.begin(), kind.first.end());
  return texts;
}

int64_t count_of(const std::vector<OddKind>& kinds) {
  int64_t count = 0;
  for (const auto& kind : kinds) count += kind.count;
  return count;
}

}  // namespace vrlt::data
