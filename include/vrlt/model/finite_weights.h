#pragma once

#include <optional>
#include <string>

#include "vrlt/model/parameter_table.h"

namespace vrlt::model {

/// The first parameter that holds a number which is not finite, and how many: "lm_head.weight holds
/// 3 numbers that are not finite (of 4096)"; none if all are finite. One pass over the weights,
/// nothing is copied. Of parameters that are cut over ranks it looks at what this rank holds.
std::optional<std::string> first_not_finite(const ParameterTable& parameters);

/// @param what  whose weights they are, for the message.  @throws NotFiniteError naming the first
/// bad tensor.
void check_finite(const ParameterTable& parameters, const std::string& what);

}  // namespace vrlt::model
