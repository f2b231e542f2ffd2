#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vrlt/config/fields.h"

namespace vrlt::config {

/// Where each key that the user wrote stands: "video.fps" -> "train.yaml:12:3" or "command line".
using KeyLocations = std::map<std::string, std::string>;

/// Loads a YAML file and `key=value` overrides over the defaults in the struct, through `visit`.
/// Unknown and duplicate keys, wrong types, values out of range and malformed overrides are
/// collected.
/// @param file  empty: none; then required keys may stay empty and nothing across fields is
/// checked, as for --print-config.
/// @param check  says what is wrong across fields: it gets the locations and returns messages. Runs
/// only if the fields are sound.
/// @throws MissingInputError; ConfigError listing every problem as `file:line:column: message`.
void load(const std::filesystem::path& file, const std::vector<std::string>& overrides,
          const std::function<void(FieldVisitor&)>& visit,
          const std::function<std::vector<std::string>(const KeyLocations&)>& check);

/// The values as YAML that loads to the same struct; with `with_help` each key is preceded by its
/// help as a comment.
std::string to_yaml(const std::function<void(FieldVisitor&)>& visit, bool with_help);

/// A key with another value in one config than in another; no value: the key is not there.
struct Difference {
  std::string key;  ///< "video.fps"
  std::optional<std::string> before, after;
};

/// How two configs differ, in the order of the second one's keys and then of keys that only the
/// first one has. Comments and layout do not count.
/// @throws ConfigError if one of them is not YAML.
std::vector<Difference> differences(const std::string& before_yaml, const std::string& after_yaml);

/// The known name nearest to a misspelt one by edit distance, or empty if none is near.
std::string nearest_name(const std::string& name, const std::vector<std::string>& known);

}  // namespace vrlt::config
