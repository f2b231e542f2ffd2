#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// What a model said about a sample: a line of samples.jsonl of an evaluation.
struct Prediction {
  /// As generated; as its authors read it ("read_as"), where the prompt had them read something
  /// else.
  std::string text;
  std::optional<int64_t> option;  ///< As our grammar reads it.
  std::optional<Interval> span;   ///< The same, seconds of the video file.
};

/// Of several responses the first. @param clip_start  of the sample: what a model says counts from
/// there.
/// @throws DataError naming the field.
Prediction parse_prediction(const io::Json& line, double clip_start, const std::string& origin);

using Predictions = std::map<std::string, Prediction>;  ///< By the sample's id.

struct ExportedFile {
  std::string name;  ///< Below the output folder; empty: the output itself.
  std::string bytes;
};

/// What an exporter made.
struct Export {
  std::vector<ExportedFile> files;
  /// Samples that were left out or that are written without an answer.
  std::vector<std::string> notes;
};

/// One row of the table of files that we write for the scripts of others.
struct ExporterEntry {
  const char* name;
  const char* help;
  bool takes_predictions;
  bool writes_folder;
  Export (*write)(const std::vector<const Sample*>& samples, const Predictions& predictions);
};

std::span<const ExporterEntry> exporter_table();

/// @throws ConfigError listing the known names.
const ExporterEntry& find_exporter(const std::string& name);

}  // namespace vrlt::data
