#pragma once

#include <span>
#include <string>

#include "vrlt/io/json.h"

namespace vrlt::doctor {

enum class State {
  kGood,
  kNote,  ///< Something works in part, or slowly.
  kBad,   ///< Something would not work.
};

/// One thing that was looked at.
struct Finding {
  std::string part = {};  ///< "memory"
  State state = State::kGood;
  std::string what = {};    ///< What is there, or is not.
  std::string advice = {};  ///< What to do about it; empty: nothing.
};

io::Json to_json(const Finding& finding);

/// What to_json made. @throws DataError for anything else.
Finding finding_from(const io::Json& json);

/// Lines for a terminal, and at the end how many there are of what kind.
std::string text_of(std::span<const Finding> findings);

/// Prints them, as text or as a line of JSON: {"findings": [..]}.
/// @return the exit code: 0, or 1 where something would not work.
int tell(std::span<const Finding> findings, bool json);

}  // namespace vrlt::doctor
