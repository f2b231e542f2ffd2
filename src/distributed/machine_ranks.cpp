#include "vrlt/distributed/machine_ranks.h"

#include <unistd.h>

#include <map>
#include <numeric>

#include "vrlt/core/error.h"

namespace vrlt::distributed {

int64_t ranks_within_machines(const std::vector<std::string>& hosts) {
  std::map<std::string, size_t> last;  // rank of each machine so far
  int64_t common = 0, run = 0;
  for (size_t rank = 0; rank < hosts.size(); ++rank) {
    const bool goes_on = rank > 0 && hosts[rank] == hosts[rank - 1];
    if (const auto seen = last.find(hosts[rank]); seen != last.end() && !goes_on)
      throw ConfigError(concat("ranks ", seen->second, " and ", rank, " are on ", hosts[rank],
                               ", the ranks between them are not: start the ranks of a machine one "
                               "after the other, as torchrun and srun do"));
    if (!goes_on) common = std::gcd(common, run);
    run = goes_on ? run + 1 : 1;
    last[hosts[rank]] = rank;
  }
  common = std::gcd(common, run);
  return last.size() > 1 && common > 1 ? common : static_cast<int64_t>(hosts.size());
}

int64_t ranks_within_machines(ProcessGroup& group) {
  if (group.world_size() == 1) return 1;
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return ranks_within_machines(group.all_gather(name));
}

}  // namespace vrlt::distributed
