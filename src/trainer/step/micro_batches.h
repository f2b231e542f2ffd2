#pragma once

#include <cstdint>
#include <vector>

namespace vrlt::trainer {

/// Cuts groups, in order, into micro-batches of at most `max_groups` groups and `max_tokens` tokens
/// (0: any number); a group larger than that goes alone.
/// @param tokens  of each group: its prompt and its responses.  @return how many groups each
/// micro-batch has.
std::vector<size_t> micro_batch_sizes(const std::vector<int64_t>& tokens, int64_t max_groups,
                                      int64_t max_tokens);

}  // namespace vrlt::trainer
