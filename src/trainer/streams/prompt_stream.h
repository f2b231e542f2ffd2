#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "trainer/streams/group_accuracy.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/own_fields.h"
#include "vrlt/settings/online_selection.h"

namespace vrlt::trainer {

/// Prompts first, first + 1, ... of an order.
std::vector<DrawnPrompt> in_order(const data::SampleOrder& order, int64_t first, int64_t count);

/// Which prompt comes next: epoch after epoch in a random order, or as `online_selection` says.
/// Every rank has the same stream and makes the same calls with the same arguments, so that all
/// decide alike; the state is part of the checkpoint.
class PromptStream {
 public:
  /// Rolls the prompts out and scores them, trains on none; an unreadable one is missing from the
  /// result.
  using Measure =
      std::function<std::vector<GroupAccuracy>(const std::vector<DrawnPrompt>& prompts)>;

  virtual ~PromptStream() = default;

  std::vector<DrawnPrompt> next(int64_t step, int64_t count, const Measure& measure);

  /// What next() would give now, as far as that is known: at most `count`.
  std::vector<DrawnPrompt> coming(int64_t step, int64_t count) const;

  /// Groups of the step that are not trained on, by position, and what is rolled out in their
  /// place.
  struct Replay {
    std::vector<int64_t> left_out;
    std::vector<DrawnPrompt> instead;
  };
  /// Whether this stream looks at the groups of a step; replay() and observe() are called only
  /// then.
  virtual bool replays() const { return false; }
  virtual Replay replay(const std::vector<GroupAccuracy>& groups);
  /// The groups that were rolled out in place of others.
  virtual void observe(const std::vector<GroupAccuracy>& groups);

  void store(io::Json& state) const;
  /// Takes the place of whatever was restored before.
  /// @throws CheckpointError naming the field if the state is not one of this stream.
  void restore(const io::Json& state, int64_t default_position);

 protected:
  int64_t next_position() const { return next_position_; }
  DrawnPrompt at_next_position(int64_t sample) { return {next_position_++, sample}; }

 private:
  /// Index of the next sample.
  virtual int64_t draw(int64_t step, const Measure& measure) = 0;
  /// Indices of the next samples, as far as they are known.
  virtual std::vector<int64_t> preview(int64_t step, int64_t count) const = 0;
  virtual io::Json own_state() const { return nullptr; }
  /// Changes nothing if it throws. @throws DataError naming the field.
  virtual void restore_own(const io::OwnFields&) {}

  int64_t next_position_ = 0;
};

/// The stream of the rule that the section names. @param samples  outlive it.
/// @throws DataError if the samples do not suit the rule.
std::unique_ptr<PromptStream> make_prompt_stream(const settings::OnlineSelectionSection& section,
                                                 const std::vector<data::Sample>& samples,
                                                 uint64_t seed);

}  // namespace vrlt::trainer
