#pragma once

namespace vrlt::test {

/// Gives LibTorch the operators of the fake device: once, and before any is used.
void register_kernels();

}  // namespace vrlt::test
