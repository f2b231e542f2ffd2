#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "vrlt/data/odd_items.h"
#include "vrlt/io/json.h"

namespace vrlt::data {

/// What a converter may be given beside the annotations; each row of the table says which of these
/// it takes.
enum class ConverterOption {
  kVideoFolder,
  kDurations,
  kSubtitles,
  kLayout,
  kFramesFps,
  kVideoLength,
  kPathPrefix,
  kTask,
  kColumns
};

struct ConversionRequest {
  std::filesystem::path annotations;  ///< File or folder as published: see ConverterEntry::input.
  std::string split;                  ///< Goes into the ids and the records; not empty.
  /// Put before the path of every video; relative to the data root, may be empty.
  std::string video_folder;
  /// Where the videos are, if they are here; may be empty. Absolute paths below it become relative.
  std::filesystem::path data_root;
  /// Taken off the paths that begin with it; may be empty.
  std::filesystem::path path_prefix;
  /// What all items ask for, as records name it; empty: told by their answers.
  std::string task;
  /// Which columns of a table hold which field: "question=Q,options=a:b:c,answer=label"; may be
  /// empty.
  std::string columns;
  /// Charades_v1_{train,test}.csv: durations in seconds; may be empty.
  std::filesystem::path durations;
  std::filesystem::path subtitles;  ///< Folder of <video>.srt files; may be empty.
  /// Which of the layouts that the videos are published in; empty: the usual one.
  std::string layout;
  /// The videos are folders of numbered pictures (00001.jpg, ...) at this rate.
  std::optional<double> frames_fps;
  /// Seconds of a video (relative to the data root) as measured in its file, in place of the
  /// annotated ones; may be empty.
  /// @throws MissingInputError, DataError.
  std::function<double(const std::string& video)> measure_seconds = {};
  bool strict = false;  ///< The first odd item ends the conversion, with its place.
};

/// What a converter makes of annotations.
class Conversion {
 public:
  explicit Conversion(bool strict = false) : odd(strict) {}

  /// Adds a record, which our own loader must accept. @param place  of the item that it was made
  /// of.
  /// @throws DataError with the place if it does not, or if the id was used before: see
  /// OddItems::item.
  void add(io::Json record, const std::string& place);

  const std::vector<io::Json>& records() const { return records_; }
  std::vector<io::Json>& records() { return records_; }

  OddItems odd;                                ///< What was changed, and what was left out.
  std::vector<std::filesystem::path> sources;  ///< The files that were read.
  /// The first item that was looked at, whole; null if there was none.
  io::Json first_item;

 private:
  std::vector<io::Json> records_;  ///< Lines of a records file, in the order of the source.
  std::unordered_map<std::string, std::string> place_of_id_;
};

/// One row of the table of annotation formats we read.
struct ConverterEntry {
  const char* name;
  const char* help;
  const char* input;  ///< The file as published, or the folder and the files expected in it.
  const char* split;  ///< The usual one.
  std::vector<ConverterOption> options;
  /// Throws a DataError for an item that it cannot use, inside OddItems::item, and reports to `odd`
  /// what it reads in another way than written.
  /// @throws MissingInputError naming the file that was expected; DataError with its place for a
  /// file that is not of the format.
  void (*read)(const ConversionRequest& request, Conversion& conversion);
};

std::span<const ConverterEntry> converter_table();

/// Reads annotations. @throws as ConverterEntry::read, and DataError if nothing could be used (what
/// was dropped first, and whose rows they are); ConfigError for a task of no known name.
Conversion convert(const ConverterEntry& entry, const ConversionRequest& request);

/// @throws ConfigError listing the known names.
const ConverterEntry& find_converter(const std::string& name);

}  // namespace vrlt::data
