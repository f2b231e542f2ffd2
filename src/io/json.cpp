#include "vrlt/io/json.h"

#include <set>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace {

/// First pass: refuses deep nesting and duplicate keys, which the DOM parser would accept silently.
class Validator : public nlohmann::json_sax<Json> {
 public:
  explicit Validator(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return push(); }
  bool end_object() override { return pop(); }
  bool start_array(std::size_t) override { return push(); }
  bool end_array() override { return pop(); }

  bool key(string_t& name) override {
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

 private:
  bool push() {
    keys_.emplace_back();
    if (static_cast<int>(keys_.size()) <= max_depth_) return true;
    problem_ = concat("nested deeper than ", max_depth_, " levels");
    return false;
  }
  bool pop() {
    keys_.pop_back();
    return true;
  }

  int max_depth_;
  std::vector<std::set<std::string>> keys_;
  std::string problem_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& origin, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    throw DataError(concat(origin, ": ", text.size(), " bytes of JSON, expected at most ", limits.max_bytes));
  // The parser takes a NUL for the end of its input and would not look behind it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) throw DataError(concat(origin, ": not valid JSON at byte ", nul + 1, ": a NUL"));
  Validator validator(limits.max_depth);
  if (!Json::sax_parse(text, &validator)) throw DataError(concat(origin, ": ", validator.problem()));
  return Json::parse(text);
}

Json read_json(const std::filesystem::path& path, const JsonLimits& limits) {
  return parse_json(read_file(path, limits.max_bytes), path.string(), limits);
}

std::string to_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace vrlt::io
