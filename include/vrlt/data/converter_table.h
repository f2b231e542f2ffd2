#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// What a converter may be given beside the annotations; each row of the table says which of these it takes.
enum class ConverterOption { kVideoFolder, kDurations, kSubtitles, kLayout, kFramesFps, kVideoLength };

struct ConversionRequest {
  std::filesystem::path annotations;  ///< File or folder as published: see ConverterEntry::input.
  std::string split;                  ///< Goes into the ids and the records; not empty.
  std::string video_folder;           ///< Put before the path of every video; relative to the data root, may be empty.
  std::filesystem::path durations;    ///< Charades_v1_{train,test}.csv: durations in seconds; may be empty.
  std::filesystem::path subtitles;    ///< Folder of <video>.srt files; may be empty.
  std::string layout;                 ///< Which of the layouts that the videos are published in; empty: the usual one.
  std::optional<double> frames_fps;   ///< The videos are folders of numbered pictures (00001.jpg, ...) at this rate.
  /// Seconds of a video (relative to the data root) as measured in its file, in place of the annotated ones; may be empty.
  /// @throws MissingInputError, DataError.
  std::function<double(const std::string& video)> measure_seconds = {};
};

/// What a converter made of annotations. Every note begins with its place.
struct Conversion {
  std::vector<io::Json> records;               ///< Lines of a records file, in the order of the source.
  std::vector<std::string> repaired, dropped;  ///< What was changed, and what was left out.
  std::vector<std::filesystem::path> sources;  ///< The files that were read.
};

/// One row of the table of annotation formats we read.
struct ConverterEntry {
  const char* name;
  const char* help;
  const char* input;  ///< The file as published, or the folder and the files expected in it.
  const char* split;  ///< The usual one.
  std::vector<ConverterOption> options;
  /// @throws MissingInputError naming the file that was expected; DataError with its place for what is not of the format.
  Conversion (*convert)(const ConversionRequest& request);
};

std::span<const ConverterEntry> converter_table();

/// @throws ConfigError listing the known names.
const ConverterEntry& find_converter(const std::string& name);

}  // namespace vrlt::data
