#include "vrlt/doctor/machine.h"

#include <gnu/libc-version.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <optional>
#include <sstream>
#include <thread>

#include "vrlt/core/error.h"
#include "vrlt/core/free_memory.h"
#include "vrlt/core/lines.h"
#include "vrlt/core/memory_limit.h"
#include "vrlt/core/usable_processors.h"
#include "vrlt/distributed/launch.h"
#include "vrlt/io/folders.h"
#include "vrlt/settings/model_folder.h"

namespace vrlt::doctor {
namespace fs = std::filesystem;
namespace {

std::string gigabytes(double bytes) {
  constexpr double kGigabyte = 1e9, kTenths = 10;
  return concat(std::round(bytes / kGigabyte * kTenths) / kTenths, " GB");
}

Finding version(const Machine&) { return {.what = VRLT_VERSION}; }

Finding system_of_machine(const Machine&) {
  struct utsname system {};
  ::uname(&system);
  return {.what = concat(system.sysname, " ", system.release, " on ", system.machine, ", glibc ",
                         ::gnu_get_libc_version())};
}

Finding processor(const Machine& machine) {
  const auto model = field_of(machine.proc / "cpuinfo", "model name");
  std::istringstream words(field_of(machine.proc / "cpuinfo", "flags"));
  std::string vectors;
  bool has_avx2 = false;
  for (std::string word; words >> word;) {
    has_avx2 |= word == "avx2";
    for (const char* told : {"avx2", "avx512f", "avx512_bf16", "amx_bf16"})
      if (word == told) vectors += concat(vectors.empty() ? "" : ", ", word);
  }
  Finding finding{
      .what = concat(model.empty() ? "unknown" : model,
                     vectors.empty() ? "; no vector units that are known" : concat("; ", vectors))};
  if (!has_avx2) {
    finding.state = State::kNote;
    finding.advice = "without AVX2 everything on the processor is several times slower";
  }
  return finding;
}

Finding cores(const Machine& machine) {
  const auto granted =
      control_group_processors(first_line_of(machine.proc / "self/cgroup"), "/sys/fs/cgroup");
  const auto fair = std::to_string(usable_threads(machine.environment));
  const char* told = machine.environment("OMP_NUM_THREADS");  // our programs set it, if nobody has
  const std::string threads = told == nullptr ? fair : told;
  return {.what =
              concat(allowed_processors(), " of ", std::thread::hardware_concurrency(),
                     " may be used", granted ? concat(", time of ", *granted, " is granted") : "",
                     "; a program computes with ", threads, threads == "1" ? " thread" : " threads",
                     threads == fair ? "" : ", as OMP_NUM_THREADS says")};
}

Finding memory(const Machine&) {
  constexpr double kLittle = 2e9;
  const auto limit = memory_limit();
  const auto free = static_cast<double>(free_memory());
  Finding finding{.what = concat(limit ? gigabytes(*limit) : "an unknown amount", " may be used, ",
                                 gigabytes(free), " are free")};
  if (free > 0 && free < kLittle) {
    finding.state = State::kNote;
    finding.advice = "the smallest demo takes about 1 GB; a 3B model 7.5 GB for its weights alone";
  }
  return finding;
}

/// Free bytes of the file system of a folder, and whether files can be made in it. That they cannot
/// is a note: not every run writes there.
Finding folder(const fs::path& path, double little, const std::string& advice) {
  std::error_code error;
  const auto space = fs::space(path, error);
  Finding finding{.state = State::kNote, .advice = advice};
  if (error) {
    finding.what = concat(path.string(), ": ", error.message());
    return finding;
  }
  const auto free = static_cast<double>(space.available);
  const bool writes = ::access(path.c_str(), W_OK) == 0;
  finding.what = concat(fs::absolute(path).lexically_normal().string(), ": ", gigabytes(free),
                        " are free", writes ? "" : ", and this user cannot write there");
  if (writes && free >= little) finding = {.what = finding.what};
  return finding;
}

Finding work_folder(const Machine& machine) {
  constexpr double kLittle = 10e9;
  return folder(machine.work, kLittle,
                "a checkpoint takes 14 bytes per trained parameter; write runs elsewhere with "
                "output=FOLDER");
}

Finding shared_memory(const Machine& machine) {
  constexpr double kLittle = 500e6;
  return folder(machine.dev / "shm", kLittle,
                "ranks on several GPUs talk through it: docker run --ipc=host (or --shm-size 8g)");
}

Finding models(const Machine&) {
  constexpr std::string_view kModel = "models--";
  const auto hub = settings::hub_folder();
  int64_t count = 0;
  for (const auto& path : io::list_folder(hub))
    count += path.filename().string().starts_with(kModel) ? 1 : 0;
  return {.what = concat(hub.string(), ": ", count, count == 1 ? " model" : " models",
                         " of the hub (nothing is downloaded)")};
}

Finding open_files(const Machine&) {
  constexpr rlim_t kFew = 1024;
  struct rlimit limit {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  Finding finding{.what = concat("at most ", limit.rlim_cur)};
  if (limit.rlim_cur < kFew) {
    finding.state = State::kNote;
    finding.advice = "allow more: ulimit -n 4096";
  }
  return finding;
}

Finding launcher(const Machine& machine) {
  const auto launch = distributed::detect_launch(machine.environment);
  if (launch.launcher.empty()) return {.what = "none: one process"};
  return {.what = concat("rank ", launch.rank, " of ", launch.world_size, " by ", launch.launcher,
                         ", meeting at ", launch.master_address, ":", launch.master_port)};
}

Finding driver(const Machine& machine) {
  const auto nvidia = machine.proc / "driver/nvidia";
  const auto gpus = io::list_folder(nvidia / "gpus");
  if (gpus.empty())
    return {.state = State::kNote,
            .what = "no NVIDIA driver and no GPU",
            .advice = "models of real size need one; the processor does for the demo"};
  std::string names;
  for (const auto& gpu : gpus)
    names += concat(names.empty() ? "" : ", ", field_of(gpu / "information", "Model"));
  Finding finding{.what = concat(gpus.size(), gpus.size() == 1 ? " GPU: " : " GPUs: ", names, "; ",
                                 first_line_of(nvidia / "version"))};
  if (::access((machine.dev / "nvidiactl").c_str(), R_OK | W_OK) != 0) {
    finding.state = State::kBad;
    finding.what += concat("; ", (machine.dev / "nvidiactl").string(), " cannot be opened");
    finding.advice = "give the container its GPUs (docker run --gpus all), or join their group";
  }
  return finding;
}

struct Look {
  const char* part;
  Finding (*look)(const Machine&);
};

/// In the order in which they are told.
constexpr Look kLooks[] = {{"vrlt", version},
                           {"system", system_of_machine},
                           {"processor", processor},
                           {"cores", cores},
                           {"memory", memory},
                           {"disk here", work_folder},
                           {"shared memory", shared_memory},
                           {"models", models},
                           {"open files", open_files},
                           {"launcher", launcher},
                           {"GPU driver", driver}};

}  // namespace

std::vector<Finding> look_at_machine(const Machine& machine) {
  std::vector<Finding> findings;
  for (const auto& [part, look] : kLooks) {
    Finding finding;
    try {
      finding = look(machine);
    } catch (const Error& error) {
      finding = {.state = State::kBad, .what = error.what()};
    }
    finding.part = part;
    findings.push_back(finding);
  }
  return findings;
}

}  // namespace vrlt::doctor
