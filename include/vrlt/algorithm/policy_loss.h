#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "vrlt/core/choice.h"
#include "vrlt/core/error.h"

// The policy losses: their keys, what each reads, and the functions, which loss_table.cpp puts to
// the names. Everything about a loss but its body stands here, without LibTorch, so that a config
// is checked before that is loaded.

namespace at {
class Tensor;
}

namespace vrlt::algorithm {

struct TokenBatch;

struct PolicyLossConfig {
  std::string loss = "ppo_clip";  ///< A row of the loss table.
  std::string ratio = "token";    ///< A row of the ratio table: what `ratio` below means.
  double clip_ratio_low = 0.2;    ///< The ratio is clipped to [1 - low, 1 + high].
  double clip_ratio_high = 0.2;
  std::optional<double> ratio_max;  ///< ppo_two_sided: above 1 + clip_ratio_high.
  double dual_clip = 3.0;           ///< ppo_dual_clip: above 1.
  /// cispo: largest weight, at least 1. No default: a clip width in its place would cap at 0.2.
  std::optional<double> cispo_cap;
  double sapo_temperature_positive = 1.0;   ///< sapo: of tokens with A > 0.
  double sapo_temperature_negative = 1.05;  ///< The others; larger forgets faster.
};

/// A key that one loss reads.
struct LossParameter {
  const char* name;
  const char* help;
  double min, max;  ///< Inclusive.
  std::variant<double PolicyLossConfig::*, std::optional<double> PolicyLossConfig::*> member;
  /// Above a ratio of this, responses with A < 0 have no gradient.
  bool bounds_bad_ratios = false;
};

inline std::optional<double> value_of(const LossParameter& parameter,
                                      const PolicyLossConfig& config) {
  return std::visit([&](auto member) { return std::optional<double>(config.*member); },
                    parameter.member);
}

inline constexpr LossParameter kTwoSidedParameters[] = {
    {"ratio_max", "bound of the ratio that is not clipped; above 1 + clip_ratio_high", 1, 1e6,
     &PolicyLossConfig::ratio_max, true}};
inline constexpr LossParameter kDualClipParameters[] = {
    {"dual_clip", "bound of the loss of bad responses, times -A", 1, 1e6,
     &PolicyLossConfig::dual_clip, true}};
inline constexpr LossParameter kCispoParameters[] = {
    {"cispo_cap", "largest weight of a token, an absolute ratio", 1, 1e6,
     &PolicyLossConfig::cispo_cap}};
inline constexpr LossParameter kSapoParameters[] = {
    {"sapo_temperature_positive", "steepness of the sigmoid for good responses", 0.01, 100,
     &PolicyLossConfig::sapo_temperature_positive},
    {"sapo_temperature_negative", "and for bad ones", 0.01, 100,
     &PolicyLossConfig::sapo_temperature_negative}};

// What a loss needs of its parameters beyond their ranges, for the message; empty where it has it.

inline std::string two_sided_needs(const PolicyLossConfig& config) {
  const double clipped = 1 + config.clip_ratio_high;
  return config.ratio_max.value_or(0) > clipped
             ? ""
             : concat("ratio_max above 1 + clip_ratio_high (", clipped, ")");
}
inline std::string cispo_needs(const PolicyLossConfig& config) {
  return config.cispo_cap ? "" : "cispo_cap, the largest weight, of at least 1 (5.0, say)";
}

/// What a policy loss reads, and what it is defined for.
struct LossTraits : Choice {
  bool clips;               ///< Reads clip_ratio_low and clip_ratio_high.
  const char* ratio;        ///< The only ratio it is defined for; null: any.
  const char* aggregation;  ///< The only aggregation it is defined for; null: any.
  std::span<const LossParameter> parameters = {};
  std::string (*needs)(const PolicyLossConfig& config) = nullptr;  ///< Null: nothing.
  bool has_ratio = true;                                           ///< Reads an importance ratio.
};

inline constexpr LossTraits kLossTraits[] = {
    {{"ppo_clip", "clipped surrogate"}, true, nullptr, nullptr},
    {{"ppo_two_sided", "ppo_clip with the ratio at most ratio_max where it is not clipped"},
     true,
     nullptr,
     nullptr,
     kTwoSidedParameters,
     two_sided_needs},
    {{"ppo_dual_clip", "ppo_clip with the loss of bad responses at most dual_clip times -A"},
     true,
     nullptr,
     nullptr,
     kDualClipParameters},
    {{"cispo", "log-probability weighted by the ratio, at most cispo_cap"},
     false,
     nullptr,
     nullptr,
     kCispoParameters,
     cispo_needs},
    {{"cispo_clip", "log-probability weighted by the clipped ratio"}, true, nullptr, nullptr},
    {{"sapo", "sigmoid of the ratio in place of a clip"}, false, nullptr, nullptr, kSapoParameters},
    {{"gmpo", "geometric mean of the clipped ratios of a response"},
     true,
     "token",
     "seq_mean_token_mean"},
    {{"luspo", "ppo_clip of the sequence ratio times the length of the response"},
     true,
     "sequence",
     "seq_mean_token_mean"},
    {{"vespo",
      "log-probability weighted by a smooth bump around the ratio 1 of the whole response"},
     false,
     "token",
     nullptr},
    {{"reinforce", "advantage times log-probability, without a ratio"},
     false,
     "token",
     nullptr,
     {},
     nullptr,
     false},
    {{"gpg", "reinforce under the name it has together with the advantage gpg"},
     false,
     "token",
     nullptr,
     {},
     nullptr,
     false},
};

// Every loss is per token, [N], to be minimised. A is the advantage, lp the log-prob; constants are
// detached.

/// -min(ratio A, clip(ratio, 1 - low, 1 + high) A). Source: arXiv:1707.06347, with the two clip
/// widths of DAPO, arXiv:2503.14476.
at::Tensor ppo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// ppo_clip with min(ratio, ratio_max) in the branch that is not clipped: bounds the loss of A < 0.
/// Source: INTELLECT-2, arXiv:2505.07291.
at::Tensor ppo_two_sided_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// ppo_clip, for A < 0 at most -dual_clip A. Source: arXiv:1912.09729.
at::Tensor ppo_dual_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -w A lp with the constant w = min(ratio, cispo_cap): every token keeps a gradient. Source:
/// CISPO, arXiv:2506.13585, in TRL's form.
at::Tensor cispo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// The same with w = clip(ratio, 1 - low, 1 + high), as verl and EasyR1 have it.
at::Tensor cispo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -A 4/t sigmoid(t (ratio - 1)), t the temperature of the advantage's sign: a clip without an
/// edge. Source: SAPO, arXiv:2511.20347.
at::Tensor sapo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -A exp(mean over the row of the one-sidedly clipped log-ratios), for every token of the row: the
/// clip is on the log-ratio, to [-low, high]. Source: GMPO, arXiv:2507.20673.
at::Tensor gmpo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// ppo_clip of the sequence ratio times the row's length. Source: LUSPO as in TRL.
at::Tensor luspo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -phi A lp with the constant phi = exp(l + k log w - l w), w the product of the row's ratios, (k,
/// l) = (2, 3) for A >= 0 and (3, 2) below: largest near w = 1. Source: VESPO as in TRL.
at::Tensor vespo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -A lp. Source: Williams 1992; GPG, arXiv:2504.02546, with the advantage gpg.
at::Tensor reinforce_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

}  // namespace vrlt::algorithm
