#include "vrlt/io/json.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace {

/// Builds the value while it refuses deep nesting and duplicate keys. The library's own builder accepts both, and looks for
/// each key among all before it: a vocabulary of 150,000 entries takes it ten seconds.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(int max_depth) : max_depth_(max_depth) {}

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
    key_ = name;
    if (keys_.back().insert(name).second) return true;
    problem_ = "duplicate key \"" + name + "\"";
    return false;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    const std::string text = error.what();
    const auto colon = text.find("syntax error");
    problem_ = concat("not valid JSON at byte ", position, ": ", colon == std::string::npos ? text : text.substr(colon));
    return false;
  }

  const std::string& problem() const { return problem_; }
  Json take() { return std::move(root_); }

 private:
  bool put(Json value) {
    append(std::move(value));
    return true;
  }

  Json* append(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) return &open_.back()->get_ref<Json::array_t&>().emplace_back(std::move(value));
    return &open_.back()->get_ref<Json::object_t&>().emplace_back(key_, std::move(value)).second;
  }

  /// The pointer stays good while the container is open: nothing is appended to the one around it.
  bool open(Json container) {
    open_.push_back(append(std::move(container)));
    keys_.emplace_back();
    if (static_cast<int>(open_.size()) <= max_depth_) return true;
    problem_ = concat("nested deeper than ", max_depth_, " levels");
    return false;
  }

  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  int max_depth_;
  Json root_;
  std::string key_;
  std::vector<Json*> open_;
  std::vector<std::unordered_set<std::string>> keys_;  ///< Of each open container.
  std::string problem_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& origin, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) throw DataError(concat(origin, ": ", text.size(), " bytes of JSON, expected at most ", limits.max_bytes));
  // The parser takes a NUL for the end of its input and would not look behind it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw DataError(concat(origin, ": not valid JSON at byte ", nul + 1, ": a NUL"));
  Builder builder(limits.max_depth);
  if (!Json::sax_parse(text, &builder)) throw DataError(concat(origin, ": ", builder.problem()));
  return builder.take();
}

Json read_json(const std::filesystem::path& path, const JsonLimits& limits) {
  return parse_json(read_file(path, limits.max_bytes), path.string(), limits);
}

std::string to_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace vrlt::io
