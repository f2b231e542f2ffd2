#pragma once

#include <cstdlib>
#include <functional>
#include <string>

namespace vrlt::distributed {

/// Which process of a run this one is, and where its processes meet.
struct Launch {
  std::string launcher;  ///< torchrun, mpirun or srun; empty for a single process.
  int rank = 0;
  int world_size = 1;
  int local_rank = 0;          ///< Among the processes of this machine: the GPU it uses.
  std::string master_address;  ///< Where the key-value store listens; unused by a single process.
  int master_port = 0;
  bool store_is_served = false;   ///< torchrun serves the store; otherwise rank 0 does.
  std::string store_prefix;       ///< Keeps the attempts of a restarted run apart.
  double timeout_seconds = 1800;  ///< Longest wait for another rank (VRLT_COMM_TIMEOUT).
};

/// The value of an environment variable, or null.
using Environment = std::function<const char*(const char* name)>;

/// Reads what the launcher says, the first of these that is there:
///   RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT   torchrun --no-python, or set by hand
///   OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_RANK                 mpirun of Open MPI
///   SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID                srun
///   PMI_RANK, PMI_SIZE, MPI_LOCALRANKID                      mpirun of MPICH and Intel MPI
/// MASTER_ADDR and MASTER_PORT go before what mpirun and srun imply: the first host of the job, a
/// port made from its number. None of them: one rank.
/// @throws ConfigError when variables are missing, malformed or contradict each other.
Launch detect_launch(const Environment& environment = [](const char* name) -> const char* {
  return std::getenv(name);
});

/// The first host of Slurm's node list: "gpu[07-12,20],login1" gives "gpu07". @throws ConfigError
/// if it is malformed.
std::string first_host(const std::string& node_list);

}  // namespace vrlt::distributed
