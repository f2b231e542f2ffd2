#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/converters/annotation_fields.h"
#include "vrlt/core/interval.h"
#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// A question as rows of conversations and tables have it: its task is told by what answers it.
struct PlainQuestion {
  std::string native_id;
  std::string question;              ///< Lettered options may stand at its end.
  std::vector<std::string> options;  ///< Where they stand apart; letters before them or not.
  io::Json answer;                   ///< A text, a number, a span or spans; null: there is none.
  std::vector<Interval> segments;    ///< Where they stand apart from the answer.
  std::string thinking;
  std::vector<std::string> videos, images;  ///< As written.
  std::optional<double> clip_start, clip_end, duration;
  std::string problem_type;                   ///< As Video-R1 names them; may be empty.
  std::map<std::string, std::string> groups;  ///< For scores by group.
  std::string bench;                          ///< Begins the id; empty: the name of the file.
};

/// Its record. The task is `mcq` where there are options, `tvg` where the answer is a span, `gqa`
/// where there are both, `yes_no` where it is one of these words, else `open`; or the one that
/// `request.task` names. An answer to options is a letter or an option's text; a number that none
/// of them says is an index from 0, which is counted as repaired.
/// @throws OddItemError for what makes no record of that task.
io::Json record_of(PlainQuestion plain, const ConversionRequest& request,
                   const AnnotationFields& fields);

/// A path as a record has it: below `request.data_root` or behind `request.path_prefix`, in
/// `request.video_folder`.
/// @throws OddItemError for an address on a network, and for an absolute path that is in neither.
std::string record_path(const std::string& written, const ConversionRequest& request,
                        const std::string& place);

/// The first part of the ids: the name of the file, less its ending.
std::string bench_of(const ConversionRequest& request);

/// Adds a record; one whose id was used before gets the next number behind it ("#2"), and that is
/// counted as repaired.
class NumberedIds {
 public:
  void add(io::Json record, const std::string& place, Conversion& conversion);

 private:
  std::map<std::string, int64_t> uses_;
};

}  // namespace vrlt::data
