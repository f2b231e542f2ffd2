#pragma once

namespace vrlt::rewards {

/// @throws ConfigError "reward option NAME: expected EXPECTED" where it does not hold.
void require_option(const char* name, bool holds, const char* expected);

}  // namespace vrlt::rewards
