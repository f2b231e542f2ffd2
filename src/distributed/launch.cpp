#include "vrlt/distributed/launch.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::distributed {
namespace {

constexpr int kMaxRanks = 1 << 20;
constexpr int kMaxPort = 65535;

/// What a launcher tells each process it starts.
struct LauncherVariables {
  const char* launcher;
  const char* rank;
  const char* world_size;
  const char* local_rank;
  const char* local_size;
  const char* job;  ///< Different for every run on a machine.
};

constexpr LauncherVariables kTorchrun = {
    "torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "TORCHELASTIC_RUN_ID"};
constexpr LauncherVariables kOpenMpi = {"mpirun",
                                        "OMPI_COMM_WORLD_RANK",
                                        "OMPI_COMM_WORLD_SIZE",
                                        "OMPI_COMM_WORLD_LOCAL_RANK",
                                        "OMPI_COMM_WORLD_LOCAL_SIZE",
                                        "PMIX_NAMESPACE"};
constexpr LauncherVariables kSlurmStep = {
    "srun",          "SLURM_PROCID",          "SLURM_STEP_NUM_TASKS",
    "SLURM_LOCALID", "SLURM_NTASKS_PER_NODE", "SLURM_JOB_ID"};
constexpr LauncherVariables kSlurm = {"srun",          "SLURM_PROCID",          "SLURM_NTASKS",
                                      "SLURM_LOCALID", "SLURM_NTASKS_PER_NODE", "SLURM_JOB_ID"};
constexpr LauncherVariables kPmi = {"mpirun",          "PMI_RANK",        "PMI_SIZE",
                                    "MPI_LOCALRANKID", "MPI_LOCALNRANKS", ""};

class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  std::string text(const char* name) const {
    const char* value = *name == '\0' ? nullptr : environment_(name);
    return value == nullptr ? "" : value;
  }
  bool has(const char* name) const { return !text(name).empty(); }

  std::optional<int> number(const char* name, int min, int max) const {
    const auto value = text(name);
    if (value.empty()) return {};
    int result = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (error != std::errc() || end != value.data() + value.size() || result < min || result > max)
      throw ConfigError(
          concat(name, " is \"", value, "\", expected a number from ", min, " to ", max));
    return result;
  }

 private:
  const Environment& environment_;
};

bool started_by(const LauncherVariables& names, const Variables& variables) {
  return variables.has(names.rank) && variables.has(names.world_size);
}

Launch read_place(const LauncherVariables& names, const Variables& variables) {
  Launch launch;
  launch.launcher = names.launcher;
  launch.world_size = *variables.number(names.world_size, 1, kMaxRanks);
  launch.rank = *variables.number(names.rank, 0, kMaxRanks);
  if (launch.rank >= launch.world_size)
    throw ConfigError(concat(names.rank, " is ", launch.rank, " but ", names.world_size, " is ",
                             launch.world_size, ": ranks count from 0"));
  launch.local_rank = variables.number(names.local_rank, 0, kMaxRanks).value_or(launch.rank);
  if (launch.local_rank > launch.rank)
    throw ConfigError(concat(names.local_rank, " is ", launch.local_rank, ", above ", names.rank,
                             ", which is ", launch.rank));
  return launch;
}

/// Leftover RANK and WORLD_SIZE under another launcher would make every process take itself for the
/// same rank.
void refuse_contradiction(const Launch& launch, const LauncherVariables& others,
                          const Variables& variables) {
  if (!started_by(others, variables)) return;
  const auto other = read_place(others, variables);
  if (other.world_size == 1 || (other.rank == launch.rank && other.world_size == launch.world_size))
    return;
  throw ConfigError(concat("RANK=", launch.rank, " WORLD_SIZE=", launch.world_size, " contradict ",
                           others.rank, "=", other.rank, " ", others.world_size, "=",
                           other.world_size, " of ", others.launcher,
                           ": unset RANK and WORLD_SIZE"));
}

std::optional<std::string> implied_address(const LauncherVariables& names, const Launch& launch,
                                           const Variables& variables) {
  if (launch.launcher == kSlurm.launcher) {
    for (const char* nodes : {"SLURM_STEP_NUM_NODES", "SLURM_NNODES"})
      if (variables.has(nodes)) {
        if (variables.number(nodes, 1, kMaxRanks) == 1) return "127.0.0.1";
        break;
      }
    for (const char* list : {"SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST"})
      if (variables.has(list)) return first_host(variables.text(list));
    return {};
  }
  if (&names != &kTorchrun && variables.number(names.local_size, 1, kMaxRanks) == launch.world_size)
    return "127.0.0.1";
  return {};
}

/// Below the ports that systems hand out by themselves (32768 and up), the same for every rank of a
/// job.
std::optional<int> implied_port(const LauncherVariables& names, const Variables& variables) {
  constexpr uint64_t kFirst = 15000, kCount = 15000;
  if (&names == &kTorchrun || !variables.has(names.job)) return {};
  return static_cast<int>(
      kFirst +
      stable_hash(variables.text(names.job) + "." + variables.text("SLURM_STEP_ID")) % kCount);
}

void find_meeting_point(Launch& launch, const LauncherVariables& names,
                        const Variables& variables) {
  const auto address = variables.has("MASTER_ADDR") ? variables.text("MASTER_ADDR")
                                                    : implied_address(names, launch, variables);
  if (!address)
    throw ConfigError(
        concat("MASTER_ADDR is not set: ", launch.world_size,
               " ranks need the host of rank 0 to meet (mpirun -x MASTER_ADDR=HOST)"));
  const auto port = variables.has("MASTER_PORT") ? variables.number("MASTER_PORT", 1, kMaxPort)
                                                 : implied_port(names, variables);
  if (!port)
    throw ConfigError(concat("MASTER_PORT is not set: ", launch.world_size,
                             " ranks need a port of ", *address, " to meet"));
  launch.master_address = *address;
  launch.master_port = *port;
  launch.store_is_served = variables.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
  if (launch.store_is_served)
    launch.store_prefix =
        "/worker/attempt_" +
        std::to_string(variables.number("TORCHELASTIC_RESTART_COUNT", 0, kMaxRanks).value_or(0));
}

const LauncherVariables* find_launcher(const Variables& variables) {
  for (const char* name : {"RANK", "WORLD_SIZE"})
    if (variables.has(name) && !started_by(kTorchrun, variables))
      throw ConfigError(concat(name, " is set without ",
                               std::string_view(name) == "RANK" ? "WORLD_SIZE" : "RANK",
                               ": set both or neither"));
  for (const auto* names : {&kTorchrun, &kOpenMpi, &kSlurmStep, &kSlurm, &kPmi})
    if (started_by(*names, variables)) return names;
  return nullptr;
}

}  // namespace

Launch detect_launch(const Environment& environment) {
  const Variables variables(environment);
  Launch launch;
  if (const auto* names = find_launcher(variables)) {
    launch = read_place(*names, variables);
    // torchrun under srun is one task per machine: the two rightly differ.
    if (names == &kTorchrun && !variables.has("TORCHELASTIC_RUN_ID"))
      for (const auto* others : {&kOpenMpi, &kSlurmStep, &kPmi})
        refuse_contradiction(launch, *others, variables);
    if (launch.world_size > 1) find_meeting_point(launch, *names, variables);
  }
  if (const auto seconds = variables.number("VRLT_COMM_TIMEOUT", 1, 1 << 30))
    launch.timeout_seconds = *seconds;
  return launch;
}

std::string first_host(const std::string& node_list) {
  const auto malformed = [&] {
    return ConfigError(concat("\"", node_list, "\" is not a list of hosts as Slurm writes it"));
  };
  const auto bracket = node_list.find('['), comma = node_list.find(',');
  std::string host;
  if (bracket == std::string::npos || comma < bracket) {
    host = node_list.substr(0, comma);
  } else {
    const auto closing = node_list.find(']', bracket);
    if (closing == std::string::npos) throw malformed();
    const auto ranges = node_list.substr(bracket + 1, closing - bracket - 1);
    const auto first = ranges.substr(0, ranges.find_first_of(",-"));
    if (first.empty() || first.find_first_not_of("0123456789") != std::string::npos)
      throw malformed();
    const auto rest = node_list.substr(closing + 1, node_list.find(',', closing) - closing - 1);
    if (rest.find('[') != std::string::npos) throw malformed();
    host = node_list.substr(0, bracket) + first + rest;
  }
  if (host.empty()) throw malformed();
  return host;
}

}  // namespace vrlt::distributed
