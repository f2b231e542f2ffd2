#include "vrlt/io/json.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/text.h"

namespace vrlt::io {
namespace {

/// The text, for the parser; keeps count of what it has read.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

constexpr size_t kMaxKeyBytes = 1 << 16;

/// Builds the value while it refuses deep nesting, too many values and duplicate keys. The
/// library's own builder accepts both, and looks for each key among all before it: a vocabulary of
/// 150,000 entries takes it ten seconds.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, const JsonLimits& limits)
      : text_(text), limits_(limits), reached_(text.data()) {}

  Cursor begin() { return {text_.data(), &reached_}; }
  Cursor end() { return {text_.data() + text_.size(), &reached_}; }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& value) override { return put(std::move(value)); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (name.size() > kMaxKeyBytes)
      return refuse(concat("a key of ", name.size(), " bytes, expected at most ", kMaxKeyBytes));
    key_ = name;
    return is_new(name) || refuse(concat("duplicate key ", excerpt(name)));
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const std::string text = error.what();
    const auto colon = text.find("syntax error");
    problem_ = concat("not valid JSON at byte ", position, ": ",
                      colon == std::string::npos ? text : text.substr(colon));
    return false;
  }

  const std::string& problem() const { return problem_; }
  Json take() { return std::move(root_); }

 private:
  bool refuse(const std::string& what) {
    problem_ = concat(what, " at byte ", reached_ - text_.data());
    return false;
  }

  /// Few keys are compared one by one; many are kept in a set from there on.
  bool is_new(const string_t& name) {
    constexpr size_t kFew = 32;
    const auto& members = open_.back()->get_ref<Json::object_t&>();
    auto& keys = keys_.back();
    if (members.size() < kFew)
      return std::none_of(members.begin(), members.end(),
                          [&](const auto& member) { return member.first == name; });
    if (keys.empty())
      for (const auto& member : members) keys.insert(member.first);
    return keys.insert(name).second;
  }

  bool count() {
    return ++num_values_ <= limits_.max_values ||
           refuse(concat("more than ", limits_.max_values, " values"));
  }

  bool put(Json value) {
    append(std::move(value));
    return count();
  }

  Json* append(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array())
      return &open_.back()->get_ref<Json::array_t&>().emplace_back(std::move(value));
    return &open_.back()->get_ref<Json::object_t&>().emplace_back(key_, std::move(value)).second;
  }

  /// The pointer stays good while the container is open: nothing is appended to the one around it.
  bool open(Json container) {
    open_.push_back(append(std::move(container)));
    keys_.emplace_back();
    if (static_cast<int>(open_.size()) > limits_.max_depth)
      return refuse(concat("nested deeper than ", limits_.max_depth, " levels"));
    return count();
  }

  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  JsonLimits limits_;
  const char* reached_;
  int64_t num_values_ = 0;
  Json root_;
  std::string key_;
  std::vector<Json*> open_;
  /// Of each open container with many of them.
  std::vector<std::unordered_set<std::string>> keys_;
  std::string problem_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& origin, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    throw DataError(
        concat(origin, ": ", text.size(), " bytes of JSON, expected at most ", limits.max_bytes));
  // The parser takes a NUL for the end of its input and would not look behind it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw DataError(concat(origin, ": not valid JSON at byte ", nul + 1, ": a NUL"));
  Builder builder(text, limits);
  if (!Json::sax_parse(builder.begin(), builder.end(), &builder))
    throw DataError(concat(origin, ": ", builder.problem()));
  return builder.take();
}

Json read_json(const std::filesystem::path& path, const JsonLimits& limits) {
  const auto bytes = read_file(path, limits.max_bytes);
  return parse_json(without_mark(bytes, path.string()), path.string(), limits);
}

std::string to_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string excerpt(const Json& value) {
  constexpr size_t kLongest = 100;
  std::string text = to_line(value);
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  // between two characters
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace vrlt::io
