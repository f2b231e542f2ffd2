#include "vrlt/app/merge.h"

#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/model/merged_folder.h"
#include "vrlt/settings/lora_section.h"
#include "vrlt/settings/model_folder.h"

namespace vrlt::app {

int run_merge(const MergeCommand& command) {
  constexpr double kMostMayBeLost = 0.9;
  settings::check_model_folder(
      {.path = command.base.string(), .adapter = command.adapter.string()});
  const auto merged = model::write_merged_folder(command.base, command.adapter, command.output,
                                                 command.dtype == "float32");
  std::printf("merged %lld matrices, which hold %.1f %% of what the adapter adds -> %s\n",
              static_cast<long long>(merged.matrices), 100 * merged.kept, command.output.c_str());
  if (merged.kept < kMostMayBeLost)
    log::warning(
        "the rest is smaller than the rounding of the weights and lost: --dtype float32 keeps all, "
        "and so does serving the adapter unmerged in float32");
  return 0;
}

}  // namespace vrlt::app
