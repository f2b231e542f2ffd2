#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::model {

/// A matrix of a decoder layer that an adapter can stand beside.
struct LoraTarget {
  const char* name;   ///< "q_proj"
  const char* block;  ///< The part of the layer that has it: "self_attn"
};

inline constexpr LoraTarget kLoraTargets[] = {{"q_proj", "self_attn"}, {"k_proj", "self_attn"},
                                              {"v_proj", "self_attn"}, {"o_proj", "self_attn"},
                                              {"gate_proj", "mlp"},    {"up_proj", "mlp"},
                                              {"down_proj", "mlp"}};

/// A low-rank adapter: a matrix W acts as W + scale B A, with A [rank, in] and B [out, rank], which
/// alone are trained. Source: LoRA, arXiv:2106.09685. No LibTorch here: configs are checked before
/// that is loaded.
struct LoraConfig {
  int64_t rank = 0;  ///< 0: no adapter.
  double alpha = 32.0;
  bool rslora = false;  ///< scale = alpha / sqrt(rank) (arXiv:2312.03732), else alpha / rank.
  std::vector<std::string> targets = every_target();  ///< Names of kLoraTargets, in every layer.

  bool is_on() const { return rank > 0; }
  double scale() const;  ///< Of a rank above 0.
  bool has_target(const std::string& name) const;
  /// Targets are the same in any order.
  bool operator==(const LoraConfig& other) const;

  static std::vector<std::string> every_target();
};

}  // namespace vrlt::model
