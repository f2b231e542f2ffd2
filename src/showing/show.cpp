#include "vrlt/showing/show.h"

#include <algorithm>
#include <cstdio>

#include "showing/sample_page.h"
#include "showing/shown_sample.h"
#include "showing/terminal.h"
#include "vrlt/check/run_plans.h"
#include "vrlt/core/error.h"
#include "vrlt/core/joined.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/dataset.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"
#include "vrlt/io/output_file.h"

namespace vrlt::showing {
namespace {

/// Ids that hold the wanted one, else the first ones.
std::string near_ids(const std::vector<data::Sample>& samples, const std::string& id) {
  constexpr size_t kShown = 5;
  std::vector<std::string> holding, first;
  for (const auto& sample : samples) {
    if (first.size() < kShown) first.push_back(sample.id);
    if (holding.size() < kShown && sample.id.find(id) != std::string::npos)
      holding.push_back(sample.id);
  }
  return holding.empty() ? "the first are " + joined(first) : "near it are " + joined(holding);
}

data::Sample find_sample(std::vector<data::Sample> samples, const std::string& id) {
  if (samples.empty()) throw DataError("the records files hold no record");
  if (id.empty()) return std::move(samples.front());
  const auto found = std::find_if(samples.begin(), samples.end(),
                                  [&](const data::Sample& sample) { return sample.id == id; });
  if (found == samples.end())
    throw DataError(concat("no record has the id ", io::excerpt(id), "; of ", samples.size(), ", ",
                           near_ids(samples, id)));
  return std::move(*found);
}

}  // namespace

int run_show(const ShowCommand& command) {
  auto plan = check::load_run_plan(command.config, command.overrides);
  auto records = command.records;
  if (records.empty()) records.assign(plan.data.records.begin(), plan.data.records.end());
  io::refuse_input_as_output("--output", command.output, records);
  io::refuse_input_as_output("--output", command.output, {command.config});
  const auto shown =
      show_sample(find_sample(data::load_samples(records), command.id), std::move(plan));
  if (command.output.empty()) {
    const auto text = to_text(shown, command.lists_tokens);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  io::write_file_atomic(command.output, to_page(shown));
  log::info("wrote " + command.output.string());
  return 0;
}

}  // namespace vrlt::showing
