#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "vrlt/core/error.h"

namespace vrlt::trainer {

/// Which response of a run: that of number `number` to the prompt at `position`.
struct ResponseKey {
  /// Of the prompt in the order of the whole run; no two prompts of a step have the same.
  int64_t position = 0;
  int64_t number = 0;  ///< In its group, from 0.
  auto operator<=>(const ResponseKey&) const = default;
};

/// A value for each of some responses. Its order is the same on any number of ranks.
template <typename Value>
using ByResponse = std::map<ResponseKey, Value>;

/// @param what  the values are, for the error. @throws ContractError if there is none for this
/// response.
template <typename Value>
const Value& value_of(const ByResponse<Value>& values, const ResponseKey& key, const char* what) {
  const auto found = values.find(key);
  VRLT_CHECK(found != values.end(), "no ", what, " for response ", key.number, " to prompt ",
             key.position, ", there are ", values.size());
  return found->second;
}

}  // namespace vrlt::trainer
