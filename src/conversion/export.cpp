#include "vrlt/conversion/export.h"

#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/exporter_table.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/io/output_file.h"

namespace vrlt::conversion {
namespace {

/// The answers that were not errors; of several to one sample the last.
data::Predictions read_predictions(const std::vector<std::filesystem::path>& files,
                                   const std::vector<data::Sample>& samples) {
  std::map<std::string, double> clip_start;
  for (const auto& sample : samples) clip_start[sample.id] = sample.clip_start;
  data::Predictions predictions;
  for (const auto& file : files)
    io::for_each_jsonl(
        file, /*tolerate_torn_tail=*/true, [&](int64_t line, const io::Json& answer) {
          const auto origin = concat(file.string(), ":", line);
          if (!answer.is_object() || !answer.contains("id") || !answer["id"].is_string())
            throw DataError(origin + ": not a line of samples.jsonl");
          const auto start = clip_start.find(answer["id"].get<std::string>());
          if (start == clip_start.end())
            throw DataError(concat(origin, ": no record has the id ", io::excerpt(answer["id"])));
          if (answer.contains("err") && !answer["err"].is_null()) return;
          predictions[start->first] = data::parse_prediction(answer, start->second, origin);
        });
  return predictions;
}

}  // namespace

int run_export(const ExportCommand& command) {
  const auto& entry = data::find_exporter(command.format);
  if (entry.takes_predictions == command.samples.empty())
    throw ConfigError(concat(entry.name, entry.takes_predictions
                                             ? " is made of answers: give --samples samples.jsonl"
                                             : " takes no --samples"));
  const auto samples = data::load_samples(command.records);
  std::vector<const data::Sample*> of_records;
  for (const auto& sample : samples) of_records.push_back(&sample);
  const auto result = entry.write(of_records, read_predictions(command.samples, samples));
  if (entry.writes_folder) io::create_folders(command.output);
  for (const auto& file : result.files) {
    const auto path = file.name.empty() ? command.output : command.output / file.name;
    io::refuse_input_as_output("--output", path, command.records);
    io::refuse_input_as_output("--output", path, command.samples);
    io::write_file_atomic(path, file.bytes);
    log::info("wrote " + path.string());
  }
  constexpr size_t kShown = 10;
  for (size_t i = 0; i < std::min(result.notes.size(), kShown); ++i) log::warning(result.notes[i]);
  if (result.notes.size() > kShown)
    log::warning(concat("... and ", result.notes.size() - kShown, " more such samples"));
  return 0;
}

}  // namespace vrlt::conversion
