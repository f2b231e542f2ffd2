#include "vrlt/data/shared_text.h"

#include <mutex>
#include <unordered_set>

namespace vrlt::data {

const std::string& SharedText::kept(std::string_view text) {
  static const std::string kEmpty;
  if (text.empty()) return kEmpty;
  // Leaked on purpose: samples may outlive every static.
  static auto* const texts = new std::unordered_set<std::string>;
  static auto* const mutex = new std::mutex;
  const std::scoped_lock lock(*mutex);
  return *texts->emplace(text).first;
}

}  // namespace vrlt::data
