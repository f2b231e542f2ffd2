#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/core/interval.h"
#include "vrlt/data/frame_folder.h"
#include "vrlt/data/record.h"
#include "vrlt/data/shared_text.h"

namespace vrlt::data {

/// What a sample asks for. Names in files: mcq, tvg, gqa, yes_no, caption_match, caption, rtl,
/// open.
enum class Task {
  kMultipleChoice,
  kTemporalGrounding,
  kGroundedQa,
  kYesNo,
  kCaptionMatch,
  kCaption,
  kReasoningLocalization,
  kOpen
};

/// What an open question asks for, by which its reward is chosen. Names in files, those of Video-R1
/// (github.com/tulerfeng/Video-R1): numerical, regression, OCR, free-form, multiple choice.
enum class ProblemType : uint8_t { kNumerical, kRegression, kOcr, kFreeForm, kMultipleChoice };

std::string to_string(Task task);
std::optional<Task> parse_task(const std::string& name);

/// One question about a video, images or both: a line of a records file ("schema": "vs/1").
/// Times are seconds of the video file; what the model sees and says counts from `clip_start`.
struct Sample {
  std::string id;  ///< Unique in its file.
  Task task = Task::kMultipleChoice;
  std::optional<ProblemType> problem_type;  ///< Of open questions only, where the record names one.
  SharedText bench, split, source;
  /// Still pictures that the model sees before the video; relative to the data root, no "..".
  std::vector<std::string> images;
  /// The same; may be empty where there are images and no times are asked for.
  std::string video;
  /// Set where `video` is a folder of still pictures ("video_kind": "frames").
  std::optional<FrameFolder> frames;
  double clip_start = 0.0;
  std::optional<double> clip_end;  ///< Empty: to the end.
  std::optional<double> duration;  ///< As annotated, seconds.
  std::string question;            ///< Bare: no options, no prompt text.
  /// The question as annotated, where `question` was cleaned; may be empty.
  SharedText query_raw;
  /// Texts without letters; empty unless multiple choice or caption matching.
  std::vector<std::string> options;
  std::optional<int64_t> answer_option;  ///< 0-based index of the right option.
  std::optional<std::string> answer_text;
  /// Truth, seconds of the video file; start <= end. May begin before 0 or end beyond the video, as
  /// annotated.
  std::vector<Interval> segments;
  /// An .srt file, relative to the data root, no ".."; may be empty.
  SharedText subtitles;
  SharedText prompt;   ///< Prompt id that overrides the task's default; may be empty.
  SharedText cluster;  ///< For clustered errors; the video if the record names none.
  /// What a converter noted: gt_inverted_fixed, gt_zero_length, gt_beyond_duration, dup_options,
  /// gt_f16, ...
  std::vector<std::string> flags;
  std::map<std::string, std::string> groups;
  Record record;

  /// The truth on the model's clock: segments minus clip_start.
  std::vector<Interval> clip_segments() const;

  /// Whether the record says that the answer is a number.
  bool asks_for_number() const {
    return problem_type == ProblemType::kNumerical || problem_type == ProblemType::kRegression;
  }
};

/// @param origin  "path:line", for errors.
/// @throws DataError naming the field, what was expected and what was found.
Sample parse_sample(const io::Json& record, const std::string& origin);

/// The same of a line that need not be kept. @param stored  where it stands.
Sample parse_sample(const io::Json& record, const std::string& origin, Record stored);

}  // namespace vrlt::data
