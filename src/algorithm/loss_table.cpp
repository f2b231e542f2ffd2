#include "vrlt/algorithm/loss_table.h"

#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

constexpr LossEntry kLosses[] = {
    {row_named(kLossTraits, "ppo_clip"), ppo_clip_loss},
    {row_named(kLossTraits, "ppo_two_sided"), ppo_two_sided_loss},
    {row_named(kLossTraits, "ppo_dual_clip"), ppo_dual_clip_loss},
    {row_named(kLossTraits, "cispo"), cispo_loss},
    {row_named(kLossTraits, "cispo_clip"), cispo_clip_loss},
    {row_named(kLossTraits, "sapo"), sapo_loss},
    {row_named(kLossTraits, "gmpo"), gmpo_loss},
    {row_named(kLossTraits, "luspo"), luspo_loss},
    {row_named(kLossTraits, "vespo"), vespo_loss},
    {row_named(kLossTraits, "reinforce"), reinforce_loss},
    {row_named(kLossTraits, "gpg"), reinforce_loss},
};
static_assert(std::size(kLosses) == std::size(kLossTraits));

}  // namespace

std::span<const LossEntry> loss_table() { return kLosses; }

const LossEntry& find_loss(const std::string& name) { return find_row(kLosses, name, "loss"); }

}  // namespace vrlt::algorithm
