#include "reading/choice.h"

#include "reading/keys.h"
#include "reading/objects.h"
#include "reading/steps.h"

namespace vrlt::reading {
namespace {

/// The objects of a value that have an option key: itself, or those in a list.
void collect(const Value& value, std::vector<const Value*>& objects) {
  if (value.kind == Value::Kind::kList)
    for (const auto& item : value.items) collect(item, objects);
  if (value.kind != Value::Kind::kObject) return;
  for (const auto& [classes, member] : value.members)
    if ((classes & kOptionKey) != 0) return objects.push_back(&value);
}

Read<int64_t> read_object(const Value& object, View text, const Options& options);

Read<int64_t> read_value(const Value& value, View text, const Options& options) {
  const auto& inner = single(value);
  switch (inner.kind) {
    case Value::Kind::kString:
      return inner.text.empty() ? Read<int64_t>(Reason::kEmpty)
                                : read_choice_text(inner.text, options);
    case Value::Kind::kObject:
      return read_object(inner, text, options);
    case Value::Kind::kList:
      return Reason::kBadJsonValue;
    default:
      break;
  }
  const auto option = options.word_for_word(text.substr(inner.begin, inner.end - inner.begin));
  return option ? Read<int64_t>(*option) : Reason::kBadJsonValue;
}

/// All values of option keys must say the same.
Read<int64_t> read_object(const Value& object, View text, const Options& options) {
  Read<int64_t> all = Reason::kMissingKey;
  for (const auto& [classes, member] : object.members) {
    if ((classes & kOptionKey) == 0) continue;
    const auto read = read_value(member, text, options);
    if (all && read && !options.are_equal(*all, *read)) return Reason::kConflict;
    if (!all || (!read && !is_absent(read.reason))) all = read;
    if (!all && !is_absent(all.reason)) return all;
  }
  return all;
}

/// A list of strings that is the whole text.
Read<int64_t> read_list(const Value& list, const Options& options) {
  Read<int64_t> all = Reason::kNoOption;
  for (const auto& item : list.items) {
    if (item.kind != Value::Kind::kString) return Reason::kNoOption;
    const auto read = read_choice_text(item.text, options);
    if (!read) return read;
    if (all && !options.are_equal(*all, *read)) return Reason::kAmbiguous;
    all = read;
  }
  return all;
}

bool is_whole(View text, const Value& value) {
  return trim(text).size() == value.end - value.begin;
}

}  // namespace

Read<int64_t> read_choice_text(View text, const Options& options) {
  if (const auto option = options.word_for_word(text)) return *option;
  const auto structures = find_structures(text, U"{[");
  if (structures.cut_off != kNone) return Reason::kBadJson;
  std::vector<const Value*> objects;
  std::vector<Value> holders;
  std::vector<Read<int64_t>> readings;
  for (const auto& value : structures.values) {
    objects.clear();
    collect(value, objects);
    for (const auto* object : objects) readings.push_back(read_object(*object, text, options));
    if (!objects.empty()) holders.push_back(value);
  }
  if (readings.empty()) {
    if (structures.values.size() == 1 && is_whole(text, structures.values[0])) {
      const auto& value = structures.values[0];
      if (value.kind == Value::Kind::kObject) return Reason::kMissingKey;
      if (const auto read = read_list(value, options); read.reason != Reason::kNoOption)
        return read;
    }
    return read_choice_words(text, options);
  }
  const auto read = last_reading(readings);
  const auto around = without_values(text, holders);
  if (!read || trim(around).empty()) return read;
  const auto other = read_choice_words(around, options);
  return other && !options.are_equal(*other, *read) ? Read<int64_t>(Reason::kAmbiguous) : read;
}

Read<int64_t> read_choice(const Zone& zone, const Options& options) {
  const auto read = [&](View text) { return read_choice_text(text, options); };
  const auto read_long = [&](View text) { return read_long_choice(text, options); };
  return read_zone(zone, Reader<int64_t, decltype(read), decltype(read_long)>{read, read_long});
}

Read<int64_t> read_choice(const Response& response, const std::vector<std::string>& options) {
  return read_choice(find_zones(response).answer, Options(options));
}

}  // namespace vrlt::reading
