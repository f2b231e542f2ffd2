#include "vrlt/optim/step_policy.h"

#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::optim {

bool StepPolicy::accepts(double norm) { return std::isfinite(norm); }

void StepPolicy::note_skipped(int64_t update, double norm) {
  if (++skipped_in_a_row_ > max_skipped_updates_)
    throw NotFiniteError(
        concat("update ", update, ": the gradient norm is ", norm, ", ", skipped_in_a_row_,
               " times in a row; the last checkpoint is intact, try a smaller optim.lr"));
  log::warning(concat("update ", update, ": the gradient norm is ", norm, ", it is left out"));
}

}  // namespace vrlt::optim
