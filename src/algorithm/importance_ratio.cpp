#include "vrlt/algorithm/importance_ratio.h"

#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

constexpr RatioEntry kRatios[] = {
    {row_named(kRatioChoices, "token"), token_log_ratio},
    {row_named(kRatioChoices, "sequence"), sequence_log_ratio},
    {row_named(kRatioChoices, "gspo_token"), gspo_token_log_ratio},
};
static_assert(std::size(kRatios) == std::size(kRatioChoices));

}  // namespace

std::span<const RatioEntry> ratio_table() { return kRatios; }

const RatioEntry& find_ratio(const std::string& name) { return find_row(kRatios, name, "ratio"); }

at::Tensor token_log_ratio(const TokenBatch& tokens) {
  return tokens.log_probs - tokens.old_log_probs;
}

at::Tensor sequence_log_ratio(const TokenBatch& tokens) {
  return per_token(row_means(token_log_ratio(tokens), tokens.row_lengths), tokens.row_lengths);
}

at::Tensor gspo_token_log_ratio(const TokenBatch& tokens) {
  return sequence_log_ratio(tokens).detach() + tokens.log_probs - tokens.log_probs.detach();
}

at::Tensor log_ratio(const TokenBatch& tokens, const std::string& ratio) {
  return find_ratio(ratio).log_ratio(tokens).clamp(-kMaxLogRatio, kMaxLogRatio);
}

}  // namespace vrlt::algorithm
