#include "vrlt/conversion/store_export.h"

#include <cstdio>
#include <optional>
#include <unordered_map>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/dataset.h"
#include "vrlt/io/checked_file.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/output_file.h"
#include "vrlt/selection_run/stored_rollouts.h"
#include "vrlt/settings/select_config.h"

namespace vrlt::conversion {
namespace fs = std::filesystem;
namespace {

struct StoredAnswer {
  std::string text;
  double reward = 0.0, accuracy = 0.0;
};

/// What is kept of the answers to a sample.
struct Extremes {
  int64_t draws = 0;
  std::optional<StoredAnswer> best;   ///< Of those that were not cut off.
  std::optional<StoredAnswer> worst;  ///< Of all.
};
using ById = std::unordered_map<std::string, Extremes>;

void add(const io::Json& response, Extremes& extremes) {
  const StoredAnswer answer{response.at("text").get<std::string>(),
                            response.at("reward").get<double>(),
                            response.at("accuracy").get<double>()};
  ++extremes.draws;
  const bool is_whole = response.at("finish") != "length";
  if (is_whole && (!extremes.best || answer.reward > extremes.best->reward)) extremes.best = answer;
  if (!extremes.worst || answer.reward < extremes.worst->reward) extremes.worst = answer;
}

ById read_extremes(const fs::path& run) {
  ById by_id;
  selection_run::for_each_rollout(run, [&](const io::Json& line, const std::string& place) {
    try {
      for (const auto& response : line["responses"])
        add(response, by_id[line["id"].get<std::string>()]);
    } catch (const nlohmann::json::exception& error) {
      throw DataError(concat(place, ": not a line of vrlt-select: ", error.what()));
    }
  });
  return by_id;
}

/// How many samples were left out, by why.
struct Left {
  int64_t unasked = 0, cut_off = 0, not_good = 0, no_gap = 0;

  void print(const StoreExportCommand& command) const {
    const auto line = [](int64_t count, const std::string& why) {
      if (count > 0) std::printf("left out: %lld %s\n", static_cast<long long>(count), why.c_str());
    };
    line(unasked, "without an answer in the store");
    line(cut_off, "with every answer cut off");
    line(not_good, concat("whose best answer has an accuracy below ", command.min_accuracy,
                          " (--min-accuracy)"));
    line(no_gap, concat("whose rewards differ by less than ", command.min_gap, " (--min-gap)"));
  }
};

/// The record with its answers; none if the sample is left out.
std::optional<io::Json> record_of(const data::Sample& sample, const Extremes* extremes,
                                  const StoreExportCommand& command, Left& left) {
  const auto leave_out = [](int64_t& count) {
    ++count;
    return std::optional<io::Json>();
  };
  if (extremes == nullptr) return leave_out(left.unasked);
  if (!extremes->best) return leave_out(left.cut_off);
  const auto &best = *extremes->best, &worst = *extremes->worst;
  if (best.accuracy < command.min_accuracy) return leave_out(left.not_good);
  auto record = sample.record.json();
  record["response"] = best.text;
  record["reward"] = best.reward;
  record["draws"] = extremes->draws;
  if (command.what == StoreExport::kBestOf) return record;
  if (best.reward - worst.reward < command.min_gap) return leave_out(left.no_gap);
  record["chosen"] = best.text;
  record["rejected"] = worst.text;
  record["rejected_reward"] = worst.reward;
  return record;
}

io::Json describe(const StoreExportCommand& command, size_t count, const std::string& lines) {
  return {
      {"schema", "vs/1"},
      {"count", count},
      {"sha256", io::sha256(lines)},
      {"created_by",
       concat("vrlt-data export ", command.what == StoreExport::kBestOf ? "best_of" : "pairs")},
      {"version", VRLT_VERSION},
      {"run", command.run.string()},
      {"rollouts_sha256", io::sha256_file(command.run / "rollouts.jsonl")},
      {"min_accuracy", command.min_accuracy},
      {"min_gap", command.what == StoreExport::kPairs ? io::Json(command.min_gap) : io::Json()}};
}

void check(const StoreExportCommand& command) {
  if (!(command.min_accuracy >= 0 && command.min_accuracy <= 1))
    throw ConfigError(
        concat("--min-accuracy ", command.min_accuracy, ": expected a number from 0 to 1"));
  if (!(command.min_gap > 0))
    throw ConfigError(concat("--min-gap ", command.min_gap, ": expected a number above 0"));
  for (const char* name : {"config.yaml", "rollouts.jsonl"})
    if (!io::exists(command.run / name))
      throw MissingInputError(concat(command.run.string(), ": has no ", name,
                                     ", expected the folder of a run of vrlt-select"));
}

}  // namespace

int export_store(const StoreExportCommand& command) {
  check(command);
  const auto config = settings::load_select_config(command.run / "config.yaml", {});
  const std::vector<fs::path> records(config.data.records.begin(), config.data.records.end());
  auto meta = command.output;
  meta.replace_extension(".meta.json");
  auto inputs = records;
  inputs.push_back(command.run / "rollouts.jsonl");
  for (const auto& path : {command.output, meta})
    io::refuse_input_as_output("--output", path, inputs);
  const auto extremes = read_extremes(command.run);
  std::string lines;
  size_t count = 0;
  Left left;
  for (const auto& sample : data::load_samples(records)) {
    const auto found = extremes.find(sample.id);
    const auto record =
        record_of(sample, found == extremes.end() ? nullptr : &found->second, command, left);
    if (!record) continue;
    lines += io::to_line(*record) + "\n";
    ++count;
  }
  left.print(command);
  if (count == 0)
    throw DataError(concat(command.run.string(),
                           ": no sample has such answers; lower --min-accuracy, or --min-gap of "
                           "pairs"));
  // What we write, our programs read: the file gets its name when the loader has read it.
  io::write_file_checked(command.output, lines,
                         [](const fs::path& written) { data::load_samples({written}); });
  io::write_file_atomic(meta, describe(command, count, lines).dump(2) + "\n");
  log::info(concat("wrote ", count, " records to ", command.output.string()));
  return 0;
}

}  // namespace vrlt::conversion
