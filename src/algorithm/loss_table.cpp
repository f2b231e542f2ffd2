#include "vrlt/algorithm/loss_table.h"

#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

constexpr const char* kAny = nullptr;
constexpr const char* kRowMean = "seq_mean_token_mean";

constexpr LossEntry kLosses[] = {
    {"ppo_clip", "clipped surrogate", ppo_clip_loss, true, kAny, kAny},
    {"ppo_two_sided", "ppo_clip with the ratio at most ratio_max where it is not clipped", ppo_two_sided_loss, true, kAny, kAny},
    {"ppo_dual_clip", "ppo_clip with the loss of bad responses at most dual_clip times -A", ppo_dual_clip_loss, true, kAny, kAny},
    {"cispo", "log-probability weighted by the ratio, at most cispo_cap", cispo_loss, false, kAny, kAny},
    {"cispo_clip", "log-probability weighted by the clipped ratio", cispo_clip_loss, true, kAny, kAny},
    {"sapo", "sigmoid of the ratio in place of a clip", sapo_loss, false, kAny, kAny},
    {"gmpo", "geometric mean of the clipped ratios of a response", gmpo_loss, true, "token", kRowMean},
    {"luspo", "ppo_clip of the sequence ratio times the length of the response", luspo_loss, true, "sequence", kRowMean},
    {"vespo", "log-probability weighted by a smooth bump around the ratio 1 of the whole response", vespo_loss, false, "token", kAny},
    {"reinforce", "advantage times log-probability, without a ratio", reinforce_loss, false, "token", kAny},
    {"gpg", "reinforce under the name it has together with the advantage gpg", reinforce_loss, false, "token", kAny},
};

}  // namespace

std::span<const LossEntry> loss_table() { return kLosses; }

const LossEntry& find_loss(const std::string& name) { return find_row(kLosses, name, "loss"); }

}  // namespace vrlt::algorithm
