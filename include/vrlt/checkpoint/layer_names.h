#pragma once

#include <string>

namespace vrlt::checkpoint {

/// Whether a parameter belongs to a layer of the decoder, and to which: its name up to and with the
/// number, as in "model.layers.7."; empty: to none.
std::string layer_of(const std::string& parameter);

}  // namespace vrlt::checkpoint
