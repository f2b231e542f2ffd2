#include "trainer/step/passes.h"

#include <algorithm>
#include <vector>

#include "vrlt/core/heap.h"
#include "vrlt/core/lines.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/distributed/all_or_none.h"

namespace vrlt::trainer {
namespace {

/// One number of each rank.
std::vector<int64_t> of_all_ranks(int64_t own, distributed::ProcessGroup& group) {
  std::vector<int64_t> of_ranks(static_cast<size_t>(group.world_size()), 0);
  of_ranks[static_cast<size_t>(group.rank())] = own;
  return group.all_reduce_sum(of_ranks);
}

int64_t largest_of_all(int64_t own, distributed::ProcessGroup& group) {
  const auto of_ranks = of_all_ranks(own, group);
  return *std::max_element(of_ranks.begin(), of_ranks.end());
}

[[noreturn]] void rethrow_lack(const std::exception_ptr& lack, const char* lower) {
  try {
    std::rethrow_exception(lack);
  } catch (const std::exception& error) {
    const Making making("a pass of one prompt", lower);
    throw OutOfMemoryError(out_of_memory_message(first_line(text_without_trace(error))));
  }
}

/// "rank 1, rank 3"; "this process" where there is one.
std::string names_of(const std::vector<int64_t>& lacking) {
  if (lacking.size() == 1) return "this process";
  std::string names;
  for (size_t rank = 0; rank < lacking.size(); ++rank)
    if (lacking[rank] > 0) names += concat(names.empty() ? "rank " : ", rank ", rank);
  return names;
}

}  // namespace

int64_t most_passes(int64_t own, distributed::ProcessGroup& group) {
  return largest_of_all(own, group);
}

std::optional<int64_t> smaller_passes(const PassReport& own, distributed::ProcessGroup& group,
                                      const char* lower) {
  const auto lacking = of_all_ranks(own.lack == nullptr ? 0 : 1, group);
  if (std::find(lacking.begin(), lacking.end(), 1) == lacking.end()) return {};
  give_back_freed_memory();
  const int64_t groups = largest_of_all(own.largest, group);
  if (groups <= 1)
    distributed::all_or_none(group, [&] {
      if (own.lack != nullptr) rethrow_lack(own.lack, lower);
    });
  if (group.is_first())
    log::warning(concat("memory of ", names_of(lacking), " ran out in a pass: all ranks make the ",
                        "update again, and those to come, with at most ", groups / 2,
                        groups / 2 == 1 ? " prompt" : " prompts", " in a pass in place of ", groups,
                        " (micro_batch)"));
  return groups / 2;
}

}  // namespace vrlt::trainer
