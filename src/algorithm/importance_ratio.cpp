#include "vrlt/algorithm/importance_ratio.h"

#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

constexpr RatioEntry kRatios[] = {
    {"token", "each token's own ratio", token_log_ratio},
    {"sequence", "one ratio per response: the geometric mean of its tokens' (GSPO)", sequence_log_ratio},
    {"gspo_token", "the value of sequence with the gradient of token", gspo_token_log_ratio},
};

}  // namespace

std::span<const RatioEntry> ratio_table() { return kRatios; }

const RatioEntry& find_ratio(const std::string& name) { return find_row(kRatios, name, "ratio"); }

at::Tensor token_log_ratio(const TokenBatch& tokens) { return tokens.log_probs - tokens.old_log_probs; }

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
