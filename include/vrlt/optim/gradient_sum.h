#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vrlt/optim/named_tensors.h"
#include "vrlt/optim/parameter_slices.h"
#include "vrlt/optim/sharding_config.h"

namespace vrlt::optim {

class SliceSums;

/// The gradient of an optimizer step, which is the sum over its backward passes and over the ranks.
/// It is added up in the type above that of the parameters (float32 for bfloat16, else float64) and
/// rounded once, at the end: as float32 sums in another order, the rounding of a gradient that is
/// next to 0 would become a visible step of Adam, and weights would depend on how passes are spread
/// over ranks.
///
/// A backward pass hands each gradient over as soon as it is complete, so that those of a whole
/// model never live together. Where sums of gradients are sharded, they go to the other ranks
/// within the pass: then every rank must have the same number of passes, and calls pass_idly() for
/// those that it lacks.
class GradientSum {
 public:
  /// @param slices  of the parameters, the same on every rank; outlives this.
  GradientSum(const ParameterSlices& slices, const ShardingConfig& config);
  /// Of this process alone.
  explicit GradientSum(NamedTensors parameters);
  ~GradientSum();
  GradientSum(const GradientSum&) = delete;
  GradientSum& operator=(const GradientSum&) = delete;

  const NamedTensors& parameters() const { return slices_->parameters(); }

  /// Whether every rank must have the same number of passes.
  bool needs_equal_passes() const { return sends_in_passes_; }

  /// Ends a backward pass: adds the gradients that are still there, and clears them.
  void take();

  /// Takes part in a pass that other ranks have and this one has not; all zeros. Blocks that are
  /// cut over ranks are brought as in a pass forward and back.
  void pass_idly();

  /// To be called before a pass that may break off.
  void begin_pass();

  /// Takes part in what is left of a pass that broke off here, as pass_idly(), so that the other
  /// ranks can end theirs. The sums are of no use then: see drop().
  /// @return false: it broke off within a transfer, and there is no going on.
  bool abandon_pass();

  /// Starts again, as if there had been no pass since the last finish().
  void drop();

  /// Gives every slice of this rank (ParameterSlices::own) the gradient of the whole step, in
  /// float32 (of a float64 parameter in float64), and starts again. A parameter that has a gradient
  /// in some pass of some rank counts as zero in the others; without one anywhere it stays without.
  void finish();

 private:
  class Hook;

  explicit GradientSum(std::unique_ptr<const ParameterSlices> alone);
  void hold(bool hooks);
  void expect_all();
  void accept(size_t parameter);
  void add_here(size_t parameter, const at::Tensor& gradient);
  void send_complete_layers();
  void send_layer(const std::string& name);
  void send_next();
  void send(size_t unit);
  std::vector<double> count_holders() const;
  void give(size_t slice, const at::Tensor& sum) const;
  void finish_alone();
  void finish_on_ranks();

  std::unique_ptr<const ParameterSlices> alone_;  ///< Where none were given.
  const ParameterSlices* slices_;
  ShardingConfig config_;
  bool sends_in_passes_;
  std::vector<at::Tensor> sums_;  ///< Whole ones of this rank; undefined: no gradient yet.
  std::vector<bool> held_;        ///< Parameters that had a gradient since the last finish().
  std::unique_ptr<SliceSums> of_ranks_;  ///< Null: one rank.

  // Of the pass at hand, where it sends.
  std::vector<size_t> order_, unit_of_;  ///< Units as they are sent; of each parameter.
  size_t next_ = 0;                      ///< In order_.
  std::vector<size_t> missing_;          ///< Of each unit, parameters without a gradient yet.
};

}  // namespace vrlt::optim
