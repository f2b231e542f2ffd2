#pragma once

#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "vrlt/core/heap.h"
#include "vrlt/io/json.h"

namespace vrlt::benchmark {

/// Something to be timed, by the name on the command line. Options have at least work, threads,
/// repeats and warmup.
template <typename Options>
struct Work {
  const char* name;
  const char* help;
  io::Json (*run)(const Options&);
};

/// Adds the options that every program has, reads the command line and prints the line of JSON of
/// what it names. @return the exit code.
template <typename Options, size_t N>
int run_command_line(CLI::App& app, const char* program, const Work<Options> (&works)[N],
                     Options& options, int argc, char** argv) {
  std::string list;
  std::vector<std::string> names;
  for (const auto& work : works) {
    names.emplace_back(work.name);
    list += std::string(list.empty() ? "" : "; ") + work.name + ": " + work.help;
  }
  app.add_option("work", options.work, list)->required()->check(CLI::IsMember(names));
  app.add_option("--threads", options.threads, "threads of LibTorch");
  app.add_option("--repeats,--reps", options.repeats, "timed runs");
  app.add_option("--warmup", options.warmup, "runs before them");
  CLI11_PARSE(app, argc, argv);
  vrlt::keep_freed_memory();
  try {
    at::set_num_threads(static_cast<int>(options.threads));
    for (const auto& work : works)
      if (options.work == work.name) std::printf("%s\n", work.run(options).dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program, error.what());
    return 1;
  }
  return 0;
}

}  // namespace vrlt::benchmark
