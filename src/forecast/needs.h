#pragma once

#include <optional>

#include "vrlt/forecast/load.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::forecast {

inline constexpr double kFloatBytes = 4.0;

/// Of so many numbers of each token.
double bytes_of(const model::TokenNumbers& numbers, const NumberType& type);

/// Over how many ranks what is cut, as the program cuts it.
struct Sharding {
  Sharding(const TrainingLoad& load, const Ranks& ranks);

  int64_t ranks = 1;  ///< Share the optimizer.
  int64_t inner = 1;  ///< Share sums of gradients and, in the mode parameters, the layers' weights.
  bool cuts_sums = false, cuts_weights = false;
};

/// Bytes of all weights of a model on one rank.
class WeightBytes {
 public:
  WeightBytes(const NumberType& type, const model::ModelShape& shape, const Sharding& sharding)
      : type_(type), shape_(shape), sharding_(sharding) {}

  double at_rest() const;    ///< Nobody computes with them.
  double in_update() const;  ///< With the layers at work and the next ones.
  /// All layers whole, where they take at most half of what is left beside the rest; else one after
  /// the other. @param left  none: any number.
  double in_rollout(std::optional<double> left) const;

 private:
  double layers() const;
  double others() const;

  const NumberType& type_;
  const model::ModelShape& shape_;
  const Sharding& sharding_;
};

double optimizer_bytes(const TrainingLoad& load, const model::ModelShape& shape);

/// Bytes of a number of a sum of gradients.
double sum_bytes(const TrainingLoad& load);

/// What generating responses takes beside what stands.
class RolloutNeeds {
 public:
  /// @param prompts  that a rank has together. All but the last two are referred to.
  RolloutNeeds(const NumberType& type, const model::ModelShape& shape,
               const processor::PromptSize& longest, const Generation& generation, double prompts)
      : type_(type), shape_(shape), longest_(longest), generation_(generation), prompts_(prompts) {}

  /// Features of one prompt.
  double feature_bytes() const;
  /// The largest of encoding a clip, prefilling, decoding and drawing.
  double work_bytes() const;
  /// Tokens whose keys and values are kept together. @param left  bytes for them, unless the
  /// config says how many; none: any number.
  int64_t cache_tokens(std::optional<double> left) const;
  double cache_bytes(int64_t tokens) const;

 private:
  double tokens_of_place() const;
  double places() const;
  double encoding() const;
  double prefilling() const;
  double decoding() const;
  double drawing() const;

  const NumberType& type_;
  const model::ModelShape& shape_;
  const processor::PromptSize& longest_;
  const Generation& generation_;
  double prompts_;
};

/// Patches that go through the tower together, and a block of it at work without gradients.
double encoding_bytes(const NumberType& type, const model::ModelShape& shape, double patches);

}  // namespace vrlt::forecast
