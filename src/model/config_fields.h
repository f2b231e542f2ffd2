#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::model {

/// Reads fields of a config.json whose layouts differ: each is looked up in several objects in
/// turn. A value of null is none. All of it throws DataError with the file, the field, what it
/// holds and what was expected.
class ConfigFields {
 public:
  /// @param places  are referred to; may be null or no objects; @param origin  names them in
  /// messages.
  ConfigFields(std::vector<const io::Json*> places, std::string origin)
      : places_(std::move(places)), origin_(std::move(origin)) {}

  /// Null if no place has it.
  const io::Json* find(const std::string& name) const;

  /// From 1 to `largest`; without a fallback it must be there. The limits keep every product of
  /// sizes inside int64.
  int64_t integer(const std::string& name, std::optional<int64_t> fallback = {},
                  int64_t largest = 1 << 20) const;
  /// Above 0; without a fallback it must be there.
  double number(const std::string& name, std::optional<double> fallback = {}) const;
  /// Integers from 0 to 2^20; must be there.
  std::vector<int64_t> integers(const std::string& name) const;
  /// Refuses any other value than the supported one; the field may be missing.
  void require(const std::string& name, const io::Json& supported) const;

 private:
  std::vector<const io::Json*> places_;
  std::string origin_;
};

/// The object that `object` holds under a name; null if there is none.
const io::Json* find_object(const io::Json& object, const char* name);

}  // namespace vrlt::model
