#include "vrlt/forecast/step_time.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "forecast/needs.h"
#include "vrlt/forecast/memory.h"
#include "vrlt/forecast/work.h"

namespace vrlt::forecast {
namespace {

class StepTime {
 public:
  StepTime(const TrainingLoad& load, const model::ModelShape& shape,
           const processor::PromptSize& prompt, const Ranks& ranks, const Machine& machine)
      : load_(load),
        shape_(shape),
        machine_(machine),
        sharding_(load, ranks),
        of_machine_(std::min(ranks.of_machine, ranks.all)),
        prompts_(static_cast<double>(prompts_of_rank(load, ranks))),
        work_(training_work(load, shape, {prompt, prompt}, ranks)) {}

  double seconds() const { return arithmetic() + launches() + decoding() + transfers(); }

 private:
  double n() const { return static_cast<double>(sharding_.ranks); }
  double passes_of_update() const {
    return static_cast<double>(load_.passes.passes) *
           std::max(1.0, std::ceil(prompts_ / static_cast<double>(load_.micro_batch)));
  }

  /// Without decoding. A rank with the most prompts is waited for.
  double arithmetic() const {
    double flops = 0.0;
    for (const auto& part : work_.parts)
      if (std::string_view(part.name) != "decoding") flops += part.flops;
    return flops * prompts_ / static_cast<double>(load_.prompts_per_step) / machine_.flops;
  }

  double launches() const {
    const double forward = static_cast<double>(shape_.text.layers) * machine_.kernels_of_layer *
                           machine_.kernel_seconds;
    const double others =
        (load_.passes.has_reference ? 1.0 : 0.0) + (load_.passes.has_old_log_probs ? 1.0 : 0.0);
    const double of_pass = kForwardAndBackward + (load_.checkpoints_blocks ? 1.0 : 0.0) + others;
    return passes_of_update() * of_pass * forward;
  }

  double decoding() const {
    if (load_.passes.supervised) return 0.0;
    const double weights = static_cast<double>(shape_.text.parameters) * load_.numbers.bytes();
    const auto places = static_cast<double>(
        std::max<int64_t>(1, load_.generation.max_rows / load_.generation.group_size));
    const double rounds = std::ceil(prompts_ / places);
    return rounds * static_cast<double>(load_.generation.max_new_tokens) * weights /
           machine_.memory;
  }

  /// Of ranks that are neighbours: by links while they are of one machine.
  double speed_within(int64_t ranks) const {
    return ranks <= of_machine_ ? machine_.link : machine_.network;
  }
  static double share(double ranks) { return (ranks - 1.0) / ranks; }

  /// Sums meet and weights come back, once in each update.
  double of_update(double trained) const {
    const double bytes = trained * (sum_bytes(load_) + load_.numbers.bytes()),
                 within = speed_within(sharding_.ranks);
    if (!sharding_.cuts_sums) return bytes * share(n()) / within;
    const auto inner = static_cast<double>(sharding_.inner);
    const double between = n() > inner ? bytes / inner / machine_.network : 0.0;
    return between + trained * load_.numbers.bytes() * share(inner) / speed_within(sharding_.inner);
  }

  /// Gradients leave, and layers come, while a pass goes on: what takes longer than it is waited
  /// for, and always a share, of ranks that meet.
  double of_passes(double trained) const {
    constexpr double kWaitedFor = 0.25;
    if (!sharding_.cuts_sums) return 0.0;
    const double passes = passes_of_update(), speed = speed_within(sharding_.inner),
                 apart = share(static_cast<double>(sharding_.inner));
    double bytes = trained * sum_bytes(load_);
    if (sharding_.cuts_weights) bytes += 2 * layer_bytes();
    const double hidden = arithmetic() / 2;
    return std::max(kWaitedFor * passes * bytes * apart / speed,
                    passes * bytes * apart / speed - hidden) +
           (sharding_.cuts_weights && !load_.passes.supervised ? layer_bytes() * apart / speed
                                                               : 0.0);
  }
  double layer_bytes() const {
    return static_cast<double>(shape_.text.layers * shape_.text.largest_layer) *
           load_.numbers.bytes();
  }

  double transfers() const {
    if (sharding_.ranks == 1) return 0.0;
    const auto trained = static_cast<double>(trained_parameters(load_, shape_));
    const auto updates = static_cast<double>(load_.passes.passes * load_.updates_per_pass);
    return updates * of_update(trained) + of_passes(trained);
  }

  const TrainingLoad& load_;
  const model::ModelShape& shape_;
  const Machine& machine_;
  Sharding sharding_;
  int64_t of_machine_;
  double prompts_;
  Work work_;
};

}  // namespace

double step_seconds(const TrainingLoad& load, const model::ModelShape& shape,
                    const processor::PromptSize& prompt, const Ranks& ranks,
                    const Machine& machine) {
  return StepTime(load, shape, prompt, ranks, machine).seconds();
}

}  // namespace vrlt::forecast
