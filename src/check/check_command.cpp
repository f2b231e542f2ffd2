#include "vrlt/check/check_command.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "check/records.h"
#include "vrlt/check/dry_run.h"
#include "vrlt/check/run_plans.h"
#include "vrlt/core/error.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/data/sample_counts.h"
#include "vrlt/io/files.h"
#include "vrlt/io/output_file.h"

namespace vrlt::check {
namespace {

io::Json counts_json(const std::vector<data::Sample>& samples) {
  io::Json counts = io::Json::array();
  for (const auto& count : data::count_samples(samples))
    counts.push_back({{"bench", count.bench},
                      {"split", count.split},
                      {"task", count.task},
                      {"samples", count.samples},
                      {"videos", count.videos}});
  return counts;
}

/// What a run would ask, in a line; and by record for the report.
void tell_plans(const Samples& samples, const MediaResult& media, io::Json& report) {
  io::Json plans = io::Json::array();
  double sum = 0.0;
  int64_t longest = 0, fewest = 0, most = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!media.plans[i]) continue;
    const auto& plan = *media.plans[i];
    plans.push_back({{"id", samples[i]->id},
                     {"frames", plan.num_frames},
                     {"height", plan.frame_size.height},
                     {"width", plan.frame_size.width},
                     {"text_tokens", plan.text_tokens},
                     {"vision_tokens", plan.vision_tokens}});
    fewest = plans.size() == 1 ? plan.num_frames : std::min(fewest, plan.num_frames);
    most = std::max(most, plan.num_frames);
    longest = std::max(longest, plan.tokens());
    sum += static_cast<double>(plan.tokens());
  }
  std::printf(
      "as a run would ask them: %zu of %zu records; %lld to %lld frames; %.0f tokens on average, "
      "at most %lld\n",
      plans.size(), samples.size(), static_cast<long long>(fewest), static_cast<long long>(most),
      plans.empty() ? 0.0 : sum / static_cast<double>(plans.size()),
      static_cast<long long>(longest));
  report["plans"] = std::move(plans);
}

/// Writes the records with durations, to the millisecond, where they had none and the video told.
void fill_durations(const Samples& samples, const MediaResult& media,
                    const std::filesystem::path& file) {
  std::string text;
  int64_t filled = 0, unknown = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    auto record = samples[i]->record.json();
    if (!samples[i]->duration && !samples[i]->video.empty()) {
      if (media.seconds[i]) record["duration"] = std::round(*media.seconds[i] * 1000.0) / 1000.0;
      ++(media.seconds[i] ? filled : unknown);
    }
    text += io::to_line(record) + "\n";
  }
  io::write_file_atomic(file, text);
  std::printf("durations of %lld records written to %s", static_cast<long long>(filled),
              file.c_str());
  std::printf(unknown > 0 ? "; %lld still have none\n" : "\n", static_cast<long long>(unknown));
}

MediaResult look_at_media(const Samples& samples, const CheckCommand& command,
                          const std::optional<RunPlan>& plan, std::vector<Finding>& findings) {
  if (!plan)
    return check_media(samples, {.data_root = command.data_root, .threads = command.threads},
                       findings);
  auto rooted = *plan;
  rooted.data.root = command.data_root;
  try {
    return plan_records(samples, rooted, open_model_folder(rooted.model), command.threads,
                        findings);
  } catch (const MissingInputError& error) {  // of the model: the records can be judged without
    findings.push_back({Severity::kMissing, "missing_model", "model.path", error.what()});
  } catch (const DataError& error) {
    findings.push_back({Severity::kError, "broken_model", "model.path", error.what()});
  }
  return check_media(samples, {.data_root = command.data_root, .threads = command.threads},
                     findings);
}

void check_files(const Samples& samples, const CheckCommand& command,
                 const std::optional<RunPlan>& plan, io::Json& report,
                 std::vector<Finding>& findings) {
  const auto media = look_at_media(samples, command, plan, findings);
  std::printf("videos: %lld of %lld can be opened; subtitles: %lld of %lld found\n",
              static_cast<long long>(media.videos_found), static_cast<long long>(media.videos),
              static_cast<long long>(media.subtitles_found),
              static_cast<long long>(media.subtitles));
  report["videos"] = {{"named", media.videos}, {"opened", media.videos_found}};
  report["subtitles"] = {{"named", media.subtitles}, {"found", media.subtitles_found}};
  if (plan) tell_plans(samples, media, report);
  if (!command.fill.empty()) fill_durations(samples, media, command.fill);
}

/// With what the config says where the command says nothing.
CheckCommand completed(CheckCommand command, const std::optional<RunPlan>& plan) {
  if (plan && command.records.empty())
    command.records.assign(plan->data.records.begin(), plan->data.records.end());
  if (plan && command.data_root.empty()) command.data_root = plan->data.root;
  if (command.threads < 1) throw ConfigError(concat("--threads ", command.threads, ": at least 1"));
  if (command.records.empty())
    throw ConfigError(
        "no records given; usage: vrlt-data check RECORDS... [--data-root FOLDER] or --config "
        "CONFIG");
  if (!command.fill.empty() && command.data_root.empty())
    throw ConfigError("--fill: give --data-root, where the videos are");
  io::refuse_input_as_output("--fill", command.fill, command.records);
  io::refuse_input_as_output("--report", command.report, command.records);
  return command;
}

}  // namespace

int run_check(const CheckCommand& asked) {
  std::optional<RunPlan> plan;
  if (!asked.config.empty()) plan = load_run_plan(asked.config, asked.overrides);
  const auto command = completed(asked, plan);
  std::vector<Finding> findings;
  const auto samples = read_records(command.records, findings);
  const auto pointers = pointers_to(samples);
  check_records(samples, findings);
  const Purpose by_themselves{.prompt = &data::find_prompt(settings::DataSection().prompt)};
  add_findings(match(pointers, plan ? plan->purpose : by_themselves), samples.size(),
               plan.has_value(), findings);
  data::print_sample_counts(samples);
  io::Json report = {{"records", samples.size()}, {"counts", counts_json(samples)}};
  if (!command.data_root.empty()) check_files(pointers, command, plan, report, findings);
  print_findings(findings);
  const int code = exit_code_of(findings);
  std::printf("%s\n",
              code == 0 ? "nothing is broken or missing" : "some of it cannot be used: see above");
  report["findings"] = to_json(findings);
  report["exit_code"] = code;
  if (!command.report.empty())
    io::write_file_atomic(command.report,
                          report.dump(2, ' ', false, io::Json::error_handler_t::replace) + "\n");
  return code;
}

}  // namespace vrlt::check
