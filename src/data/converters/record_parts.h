#pragma once

#include <string>
#include <vector>

#include "data/converters/annotation_fields.h"
#include "vrlt/core/interval.h"
#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// What every record has. `native_id` identifies it in its benchmark and split.
struct RecordHead {
  std::string bench, split, native_id;
  const char* task = "";
  std::string video;
  std::string question;
  std::string source;  ///< Which archive or folder the videos come from.
};

/// A record with the id <bench>/<split>/<native_id>, without labels, over the whole video. A
/// question with blanks around it or CR LF is cleaned and kept as "query_raw".
io::Json make_record(const RecordHead& head);

/// `folder/name`, or just the name without a folder.
std::string in_folder(const std::string& folder, const std::string& name);

void add_flag(io::Json& record, const char* flag);

/// Sets "segments" to the truth in the order given: a span that runs backwards is turned (flag
/// gt_inverted_fixed, noted as repaired). An empty one is kept (gt_zero_length), and so are a start
/// before 0 (gt_negative) and an end beyond the record's duration (gt_beyond_duration).
void add_segments(io::Json& record, std::vector<Interval> spans, const std::string& place,
                  OddItems& odd);

/// Makes the record's video a folder of pictures 00001.jpg, ... at this rate.
void add_frames(io::Json& record, double fps);

/// Sets "options" and "answer". Options with the same text are flagged dup_options.
void add_options(io::Json& record, const std::vector<std::string>& options, const io::Json& answer);

/// The first option with exactly the answer's text, else the one that it means in another spelling
/// (reported); nothing if it is none.
std::optional<int64_t> index_of(const std::string& answer, const std::vector<std::string>& options,
                                const AnnotationFields& fields);

/// The index of the letter in A, B, ... below `count`, or -1.
int64_t letter_index(const std::string& letter, size_t count);

/// A list of two numbers as Python prints it: "[24.3, 30.0]".
std::string python_list(const Interval& span);

}  // namespace vrlt::data
