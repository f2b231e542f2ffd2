#include "vrlt/trainer/same_weights.h"

#include <string_view>

#include "vrlt/core/error.h"
#include "vrlt/core/word_hash.h"

namespace vrlt::trainer {
namespace {

uint64_t hash_of(model::VisionLanguageModel& model) {
  uint64_t hash = 0;
  for (const auto& [name, tensor] : model.parameters().entries()) {
    const auto bytes = tensor.detach().cpu().contiguous();
    hash = word_hash({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()},
                     word_hash(name, hash));
  }
  return hash;
}

}  // namespace

void check_same_weights(distributed::ProcessGroup& group, model::VisionLanguageModel& model,
                        const std::string& when) {
  if (group.world_size() == 1) return;
  const auto all = group.all_gather(std::to_string(hash_of(model)));
  for (size_t rank = 1; rank < all.size(); ++rank)
    if (all[rank] != all[0])
      throw DataError(
          concat("rank ", rank, " has other weights than rank 0 ", when,
                 ": give all ranks the same model folder (and the same kind of processor or GPU)"));
}

}  // namespace vrlt::trainer
