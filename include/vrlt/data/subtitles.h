#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::data {

/// What is said, and when, in seconds of the video file.
struct Cue {
  double start_seconds = 0.0, end_seconds = 0.0;
  std::string text;  ///< Its lines, joined by blanks; tags as they stand.
};

/// Reads an .srt file: blocks of a number, "hh:mm:ss,mmm --> hh:mm:ss,mmm" and lines of text,
/// between empty lines. Blocks without text are skipped; of two with the same times the later text
/// counts, at the place of the earlier. Bytes that are not UTF-8 become U+FFFD.
/// @throws MissingInputError; DataError with path:line for a block without times, and above 16 MiB.
/// Source: lmms-eval, tasks/videomme/utils.py load_subtitles.
std::vector<Cue> load_subtitles(const std::filesystem::path& path);

/// What a video that has no subtitles shows in their place.
inline constexpr const char* kNoSubtitles = "No subtitles available";

/// `count` frames of `num_frames`, evenly from the first to the last, rounded down; all for -1.
std::vector<int64_t> spread_frames(int64_t num_frames, int64_t count);

/// The cues that one of the frames lies in, a line each, in their order. A cue lasts from frame
/// int(start * fps) to before int(end * fps); its text is what stands in the font tag of
/// Video-MME's files, and a cue without that tag is left out.
/// @param frames  of the video file, ascending. @param fps  of the video file.
/// Source: lmms-eval, videomme_doc_to_text_subtitle; its cues come in no order, ours in that of the
/// file.
std::string subtitles_at(const std::vector<Cue>& cues, const std::vector<int64_t>& frames,
                         double fps);

}  // namespace vrlt::data
