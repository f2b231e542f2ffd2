#include "vrlt/app/check.h"

#include <cstdio>

#include "app/check_media.h"
#include "app/check_records.h"
#include "app/sample_counts.h"
#include "vrlt/core/error.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/io/files.h"

namespace vrlt::app {
namespace {

io::Json counts_json(const std::vector<data::Sample>& samples) {
  io::Json counts = io::Json::array();
  for (const auto& count : data::count_samples(samples))
    counts.push_back({{"bench", count.bench}, {"split", count.split}, {"task", count.task}, {"samples", count.samples}, {"videos", count.videos}});
  return counts;
}

}  // namespace

int run_check(const CheckCommand& command) {
  if (command.threads < 1) throw ConfigError(concat("--threads ", command.threads, ": at least 1"));
  std::vector<Finding> findings;
  const auto samples = read_records(command.records, findings);
  check_records(samples, findings);
  print_sample_counts(samples);
  io::Json report = {{"records", samples.size()}, {"counts", counts_json(samples)}};
  if (!command.data_root.empty()) {
    const auto media = check_media(samples, command.data_root, command.threads, findings);
    std::printf("videos: %lld of %lld can be opened; subtitles: %lld of %lld found\n", static_cast<long long>(media.videos_found),
                static_cast<long long>(media.videos), static_cast<long long>(media.subtitles_found), static_cast<long long>(media.subtitles));
    report["videos"] = {{"named", media.videos}, {"opened", media.videos_found}};
    report["subtitles"] = {{"named", media.subtitles}, {"found", media.subtitles_found}};
  }
  print_findings(findings);
  const int code = exit_code_of(findings);
  std::printf("%s\n", code == 0 ? "nothing is broken or missing" : "some of it cannot be used: see above");
  report["findings"] = to_json(findings);
  report["exit_code"] = code;
  if (!command.report.empty()) io::write_file_atomic(command.report, report.dump(2, ' ', false, io::Json::error_handler_t::replace) + "\n");
  return code;
}

}  // namespace vrlt::app
