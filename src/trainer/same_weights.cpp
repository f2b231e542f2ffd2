#include "vrlt/trainer/same_weights.h"

#include <string_view>

#include "vrlt/core/error.h"
#include "vrlt/core/word_hash.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/model/held_parameters.h"

namespace vrlt::trainer {
namespace {

/// Of what all ranks have, and of what only those at the same place in other inner groups have.
struct Hashes {
  uint64_t everywhere = 0, of_place = 0;
};

Hashes hashes_of(const model::ParameterTable& parameters) {
  const auto* blocks = parameters.sharded_blocks();
  Hashes hashes;
  for (const auto& [name, shape, begin, values] : model::held_parameters(parameters)) {
    const bool is_part = blocks != nullptr && blocks->block_of(name);
    auto& hash = is_part ? hashes.of_place : hashes.everywhere;
    const auto bytes = values.cpu().contiguous();
    hash = word_hash({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()},
                     word_hash(name, hash));
  }
  return hashes;
}

}  // namespace

void check_same_weights(distributed::ProcessGroup& group, model::VisionLanguageModel& model,
                        const std::string& when) {
  if (group.world_size() == 1) return;
  const auto& parameters = model.parameters();
  const auto own = hashes_of(parameters);
  const auto everywhere = group.all_gather(std::to_string(own.everywhere)),
             of_place = group.all_gather(std::to_string(own.of_place));
  const auto* blocks = parameters.sharded_blocks();
  const auto places =
      static_cast<size_t>(blocks == nullptr ? 1 : blocks->ranks()->inner().world_size());
  for (size_t rank = 1; rank < everywhere.size(); ++rank) {
    const bool is_same = everywhere[rank] == everywhere[0];
    const size_t other = is_same ? rank % places : 0;
    if (is_same && of_place[rank] == of_place[other]) continue;
    throw DataError(
        concat("rank ", rank, " has other weights than rank ", other, " ", when,
               ": give all ranks the same model folder (and the same kind of processor or GPU)"));
  }
}

}  // namespace vrlt::trainer
