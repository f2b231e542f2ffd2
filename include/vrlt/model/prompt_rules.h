#pragma once

#include <string>

namespace vrlt::model {

/// Where releases of a family's own programs make its prompts differently, the way to take: names
/// of ModelDefaults. Empty: the first that the family has.
struct PromptRules {
  std::string positions;      ///< The rule of the temporal positions.
  std::string video_wrapper;  ///< What becomes of the marks around a video that has marks inside.
  std::string timestamps;     ///< From where times that are told as text are counted.
};

}  // namespace vrlt::model
