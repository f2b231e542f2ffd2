#pragma once

#include <cstdint>

namespace vrlt::optim {

/// What becomes of updates whose gradients are not finite: each is left out with a warning, and too
/// many in a row end training.
class StepPolicy {
 public:
  /// @param max_skipped_updates  in a row.
  explicit StepPolicy(int64_t max_skipped_updates) : max_skipped_updates_(max_skipped_updates) {}

  /// Whether an update with gradients of this norm is made.
  static bool accepts(double norm);

  void note_made() { skipped_in_a_row_ = 0; }

  /// @param update  its number, from 1. @throws NotFiniteError when it is one too many.
  void note_skipped(int64_t update, double norm);

  int64_t skipped_in_a_row() const { return skipped_in_a_row_; }
  void restore(int64_t skipped_in_a_row) { skipped_in_a_row_ = skipped_in_a_row; }

 private:
  int64_t max_skipped_updates_, skipped_in_a_row_ = 0;
};

}  // namespace vrlt::optim
