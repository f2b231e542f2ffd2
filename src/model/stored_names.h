#pragma once

#include <span>
#include <string>

namespace vrlt::model {

/// A beginning of names, and what the table has in its place.
struct Renaming {
  const char *from, *to;
};

/// The name in the table of a stored parameter: without what wrappers put in front (data parallel,
/// compiled, of an adapter), renamed by the first of the rules that fits.
std::string stored_name(std::string name, std::span<const Renaming> rules);

}  // namespace vrlt::model
