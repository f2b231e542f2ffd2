#include "vrlt/config/known_keys.h"

#include <algorithm>

#include "config/foreign_keys.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"

namespace vrlt::config {
namespace {

/// Sections do not end with a field of theirs: their path is kept here.
class KeyCollector final : public FieldVisitor {
 public:
  void field(const Field& field, bool&) override { add(field); }
  void field(const Field& field, int64_t&) override { add(field); }
  void field(const Field& field, uint64_t&) override { add(field); }
  void field(const Field& field, double&) override { add(field); }
  void field(const Field& field, std::string&) override { add(field); }
  void field(const Field& field, std::optional<int64_t>&) override { add(field); }
  void field(const Field& field, std::optional<double>&) override { add(field); }
  void field(const Field& field, std::vector<std::string>&) override { add(field); }
  void field(const Field& field, std::vector<WeightedName>&) override { add(field); }
  void begin_section(const char* name, const char*) override { path_ += std::string(name) + "."; }
  void end_section() override { path_.erase(path_.rfind('.', path_.size() - 2) + 1); }

  std::vector<std::string> keys;

 private:
  void add(const Field& field) { keys.push_back(path_ + field.name); }
  std::string path_;
};

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// The keys of other sections whose last word is this one: "optim.lr" for "lr".
std::string of_that_name(const std::string& key, const std::vector<std::string>& all) {
  constexpr size_t kMost = 3;
  std::string found;
  size_t count = 0;
  for (const auto& candidate : all)
    if (last_part(candidate) == key && ++count <= kMost)
      found += (found.empty() ? "" : " or ") + candidate;
  return count <= kMost ? found : "";
}

/// The key anywhere whose last word is nearest.
std::string nearest_anywhere(const std::string& key, const std::vector<std::string>& all) {
  std::vector<std::string> words;
  for (const auto& candidate : all) words.push_back(last_part(candidate));
  const auto nearest = nearest_name(key, words);
  return nearest.empty() ? "" : of_that_name(nearest, all);
}

}  // namespace

std::vector<std::string> known_keys(const std::function<void(FieldVisitor&)>& visit) {
  KeyCollector collector;
  visit(collector);
  return collector.keys;
}

std::string meant_by(const std::string& path, const std::string& key,
                     const std::vector<std::string>& here, const std::vector<std::string>& all) {
  if (const auto foreign = foreign_key_text(path + key, all); !foreign.empty())
    return "; " + foreign;
  if (const auto same = of_that_name(key, all); !same.empty())
    return concat("; did you mean ", same, "?");
  if (const auto near = nearest_name(key, here); !near.empty())
    return concat("; did you mean \"", near, "\"?");
  if (const auto near = nearest_anywhere(key, all); !near.empty())
    return concat("; did you mean ", near, "?");
  return {};
}

}  // namespace vrlt::config
