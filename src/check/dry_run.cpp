#include "vrlt/check/dry_run.h"

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/distributed/launch.h"
#include "vrlt/forecast/cards.h"
#include "vrlt/forecast/device.h"
#include "vrlt/model/load_prompt_format.h"
#include "vrlt/model/model_limits.h"
#include "vrlt/processor/prompt_cost.h"
#include "vrlt/settings/model_folder.h"

namespace vrlt::check {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMostPlanned = 512;  // a few seconds
constexpr int kThreads = 2;

/// All samples, or some that are spread evenly over them.
Samples spread(const Samples& samples) {
  if (samples.size() <= kMostPlanned) return samples;
  Samples some;
  for (size_t i = 0; i < kMostPlanned; ++i)
    some.push_back(samples[i * samples.size() / kMostPlanned]);
  return some;
}

/// So many of each.
Samples longest_and_spread(Samples samples, const processor::MediaOptions& media,
                           const processor::VisionGeometry& geometry) {
  constexpr size_t kOfEach = 16;
  if (samples.size() <= 2 * kOfEach) return samples;
  Samples some;
  for (size_t i = 0; i < kOfEach; ++i) some.push_back(samples[i * samples.size() / kOfEach]);
  const auto longer = [&](const auto* a, const auto* b) {
    return processor::estimated_size(*a, media, geometry).tokens() >
           processor::estimated_size(*b, media, geometry).tokens();
  };
  std::partial_sort(samples.begin(), samples.begin() + kOfEach, samples.end(), longer);
  for (size_t i = 0; i < kOfEach; ++i)
    if (std::find(some.begin(), some.end(), samples[i]) == some.end()) some.push_back(samples[i]);
  return some;
}

/// Logs one warning for the findings of a kind. @return  how many there are.
int64_t tell_kind(const std::string& kind, const std::vector<Finding>& findings,
                  size_t num_planned) {
  constexpr int64_t kIdsTold = 3;
  std::string ids, first;
  int64_t count = 0;
  for (const auto& finding : findings) {
    if (finding.kind != kind) continue;
    if (first.empty()) first = finding.message;
    if (++count <= kIdsTold) ids += (ids.empty() ? "" : ", ") + finding.where;
  }
  if (count > 0)
    log::warning(concat(first, " (", count, " of ", num_planned,
                        " samples that were looked at: ", ids, count > kIdsTold ? ", ..)" : ")"));
  return count;
}

forecast::PromptSizes sizes_of(const MediaResult& result) {
  forecast::PromptSizes sizes;
  for (const auto& plan : result.plans)
    if (plan) sizes.push_back(plan->size());
  return sizes;
}

/// Warns before a run that is likely to run out of memory. @param sizes  of its longest prompts.
void tell_of_memory(const RunPlan& plan, const model::ModelShape& shape, int64_t num_samples,
                    const forecast::PromptSizes& sizes) {
  const auto launch = distributed::detect_launch();
  const auto bytes = forecast::device_bytes(plan.model.device, launch.local_rank);
  if (!bytes || sizes.empty()) return;
  const auto cost = plan.cost(shape, num_samples, sizes, {.all = launch.world_size}, bytes);
  if (cost.memory.peak() > *bytes)
    log::warning(concat("the run ", forecast::verdict(cost.memory, *bytes),
                        ", by the forecast of --dry-run"));
}

/// Ends as a run would that cannot read so many of its samples.
void refuse_bad(size_t num_bad, size_t num_planned, double max_bad_fraction,
                const std::vector<Finding>& findings) {
  if (num_bad < num_planned &&
      static_cast<double>(num_bad) <= max_bad_fraction * static_cast<double>(num_planned))
    return;
  const auto is_missing = [](const auto& finding) {
    return finding.severity == Severity::kMissing;
  };
  const auto is_broken = [](const auto& finding) { return finding.severity == Severity::kError; };
  const bool only_missing = std::none_of(findings.begin(), findings.end(), is_broken);
  const auto first = std::find_if(findings.begin(), findings.end(), [&](const auto& finding) {
    return is_missing(finding) || is_broken(finding);
  });
  const auto message = concat(
      num_bad, " of ", num_planned, " samples cannot be read, more than data.max_bad_fraction (",
      max_bad_fraction, ") or all of them",
      first == findings.end() ? std::string()
                              : concat("; the first: ", first->where, ": ", first->message));
  if (only_missing && num_bad == num_planned) throw MissingInputError(message);
  throw DataError(message);
}

}  // namespace

ModelFolder open_model_folder(const settings::ModelSection& section) {
  settings::check_model_folder(section);
  const fs::path path = section.path;
  ModelFolder folder{.shape = model::read_model_shape(path),
                     .max_positions = model::read_max_positions(path)};
  folder.processor = std::make_unique<processor::Processor>(
      model::load_prompt_format(path, section.prompt_rules()));
  return folder;
}

MediaResult plan_records(const Samples& samples, const RunPlan& plan, const ModelFolder& folder,
                         int threads, std::vector<Finding>& findings) {
  const processor::PromptPlanner planner{*folder.processor, plan.media, plan.data.root,
                                         data::find_prompt(plan.data.prompt)};
  return check_media(samples,
                     {.data_root = plan.data.root,
                      .threads = threads,
                      .planner = &planner,
                      .max_positions = folder.max_positions,
                      .response_tokens = plan.response_tokens},
                     findings);
}

int dry_run(const RunPlan& plan, const std::vector<data::Sample>& samples, int64_t ranks,
            const std::string& card) {
  const auto launch = distributed::detect_launch();
  log::setup(launch.rank, launch.world_size);
  if (launch.rank > 0) return 0;
  const auto pointers = pointers_to(samples);
  tell(match(pointers, plan.purpose), samples.size());
  const auto folder = open_model_folder(plan.model);
  const auto planned = spread(pointers);
  std::vector<Finding> findings;
  const auto result = plan_records(planned, plan, folder, kThreads, findings);
  print_findings(findings);
  const auto sizes = sizes_of(result);
  refuse_bad(planned.size() - sizes.size(), planned.size(), plan.data.max_bad_fraction, findings);
  if (planned.size() < samples.size())
    std::printf(
        "planned from %zu of %zu records, evenly spread; vrlt-data check --config looks at all\n",
        planned.size(), samples.size());
  const auto bytes = card.empty() ? forecast::device_bytes(plan.model.device, launch.local_rank)
                                  : std::optional(forecast::parse_card(card, "--card"));
  const auto cost = plan.cost(folder.shape, std::ssize(samples), sizes,
                              {.all = ranks > 0 ? ranks : launch.world_size}, bytes);
  std::fputs(
      forecast::to_text(cost.work, forecast::device_speed(plan.model, plan.device_tflops)).c_str(),
      stdout);
  std::fputs(forecast::to_text(cost.memory, bytes).c_str(), stdout);
  const size_t left_out = planned.size() - sizes.size();
  log::info(concat("config and ", planned.size() - left_out, " samples are sound",
                   left_out == 0 ? "" : concat(", ", left_out, " cannot be read")));
  if (bytes && cost.memory.peak() > *bytes)
    throw OutOfMemoryError(concat("the run ", forecast::verdict(cost.memory, *bytes)));
  return 0;
}

void foretell(const RunPlan& plan, const Samples& samples) {
  const auto folder = open_model_folder(plan.model);
  const auto some = longest_and_spread(samples, plan.media, folder.processor->geometry());
  std::vector<Finding> findings;
  const auto result = plan_records(some, plan, folder, kThreads, findings);
  tell_kind("prompt_too_long", findings, some.size());
  tell_of_memory(plan, folder.shape, std::ssize(samples), sizes_of(result));
  const auto wrong = tell_kind("duration_differs", findings, some.size());
  const auto annotated = std::count_if(
      some.begin(), some.end(), [](const auto* sample) { return sample->duration.has_value(); });
  if (plan.purpose.labels_matter && wrong > 0 && wrong == annotated)
    throw DataError(concat("\"duration\" is wrong in all ", wrong,
                           " records that were looked at: their spans may be of other videos; "
                           "vrlt-data check --config lists them"));
}

Samples pointers_to(const std::vector<data::Sample>& samples) {
  Samples pointers;
  for (const auto& sample : samples) pointers.push_back(&sample);
  return pointers;
}

}  // namespace vrlt::check
