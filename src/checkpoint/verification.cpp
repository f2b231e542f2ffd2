#include "checkpoint/verification.h"

#include <algorithm>

#include "checkpoint/manifest.h"
#include "vrlt/core/error.h"
#include "vrlt/distributed/all_or_none.h"
#include "vrlt/distributed/work_sharing.h"

namespace vrlt::checkpoint {

std::string agreed_defect(distributed::ProcessGroup& group, bool looks,
                          const std::function<void()>& look) {
  std::string found;
  distributed::all_or_none(group, [&] {
    if (!looks) return;
    try {
      look();
    } catch (const CheckpointError& error) {
      found = error.what();
    }
  });
  const auto all = group.all_gather(found);
  const auto first =
      std::find_if(all.begin(), all.end(), [](const auto& defect) { return !defect.empty(); });
  return first == all.end() ? std::string() : *first;
}

std::string hash_defect(distributed::ProcessGroup& group, const std::filesystem::path& folder,
                        const std::vector<FilePiece>& pieces) {
  std::vector<double> costs;
  for (const auto& piece : pieces) costs.push_back(static_cast<double>(piece.bytes));
  const auto ranks = distributed::share_by_cost(costs, group.world_size());
  return agreed_defect(group, /*looks=*/true, [&] {
    for (size_t i = 0; i < pieces.size(); ++i)
      if (ranks[i] == group.rank()) check_hash(folder, pieces[i]);
  });
}

std::string exchange_defect(distributed::ProcessGroup& group, const std::filesystem::path& folder,
                            const std::vector<FilePiece>& written) {
  return agreed_defect(group, /*looks=*/true, [&] {
    for (const auto& piece : written)
      if ((piece.rank + 1) % group.world_size() == group.rank()) check_hash(folder, piece);
  });
}

}  // namespace vrlt::checkpoint
