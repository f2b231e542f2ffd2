#include "showing/terminal.h"

#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/data/truth.h"
#include "vrlt/io/printable.h"

namespace vrlt::showing {
namespace {

constexpr size_t kLongestText = 1 << 20;

std::string number(double value, const char* format = "%.3f") {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

std::string row(const std::string& name, const std::string& text) {
  return concat("  ", padded(name, 11), text, "\n");
}

/// The text of tokens; those that repeat once, with their number. Lines are indented.
std::string text_of(const std::vector<TokenRun>& runs) {
  std::string text;
  for (const auto& run : runs) {
    text += run.text;
    if (run.count > 1) text += concat("(x ", run.count, ")");
  }
  std::string lines;
  for (size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines += concat("  | ", io::printable(text.substr(begin, end - begin), kLongestText), "\n");
    begin = end + 1;
  }
  return lines;
}

std::string token_list(const std::vector<TokenRun>& runs) {
  std::string lines;
  for (const auto& run : runs)
    lines += concat("  ", padded(std::to_string(run.id), 8),
                    run.count > 1 ? concat("x ", run.count, "  ") : "", "\"",
                    io::printable(run.text, kLongestText), "\"\n");
  return lines;
}

int64_t length_of(const std::vector<TokenRun>& runs) {
  int64_t length = 0;
  for (const auto& run : runs) length += run.count;
  return length;
}

std::string sample_part(const ShownSample& shown) {
  const auto& sample = shown.sample;
  auto text =
      concat(io::printable(sample.id, kLongestText), "  (", data::to_string(sample.task), ")\n");
  text += row("question", io::printable(sample.question, kLongestText));
  for (size_t i = 0; i < sample.options.size(); ++i)
    text +=
        row(i == 0 ? "options" : "",
            concat(static_cast<char>('A' + i), ". ", io::printable(sample.options[i], kLongestText),
                   sample.answer_option == static_cast<int64_t>(i) ? "  <- right" : ""));
  const auto truth = data::truth_text(sample);
  text += row("truth", truth.empty() ? "not known" : io::printable(truth, kLongestText));
  for (const auto& image : sample.images) text += row("image", io::printable(image, kLongestText));
  if (!sample.video.empty()) text += row("video", io::printable(sample.video, kLongestText));
  return text;
}

std::string frames_part(const ShownSample& shown) {
  std::string text;
  for (const auto& image : shown.images)
    text += concat("\nimage of ", image.size(2), " x ", image.size(1), " pixels\n");
  if (!shown.clip) return text;
  const auto& clip = *shown.clip;
  text += concat("\n", clip.frames.size(0), " frames of ", clip.frames.size(3), " x ",
                 clip.frames.size(2), " pixels, ", number(clip.sample_fps, "%.4g"),
                 " a second of a clip of ", number(clip.duration_seconds), " s",
                 clip.start_seconds > 0
                     ? concat(", which begins at ", number(clip.start_seconds), " s of the file")
                     : "",
                 shown.sample.segments.empty() ? "" : "; * in the truth", "\n");
  for (size_t i = 0; i < clip.frame_seconds.size(); ++i) {
    char line[96];
    std::snprintf(line, sizeof line, "  %4zu  %9.3f s %s  frame %lld of the file\n", i + 1,
                  clip.frame_seconds[i], shown.in_truth(clip.frame_seconds[i]) ? "*" : " ",
                  static_cast<long long>(clip.file_frames[i]));
    text += line;
  }
  for (const auto& warning : shown.warnings)
    text += concat("  note: ", io::printable(warning, kLongestText), "\n");
  return text;
}

std::string prompt_part(const ShownSample& shown, bool lists_tokens) {
  const int64_t text_tokens = shown.num_tokens - shown.num_vision_tokens;
  return concat(
      "\nprompt ", shown.prompt->name, ": ", shown.num_tokens, " tokens, ", text_tokens,
      " of text and ", shown.num_vision_tokens, " of vision",
      shown.max_positions > 0 ? concat("; the model has ", shown.max_positions, " positions") : "",
      "\n", text_of(shown.tokens), lists_tokens ? token_list(shown.tokens) : "");
}

std::string target_part(const ShownSample& shown, bool lists_tokens) {
  if (shown.target.empty())
    return concat("\nsupervised training has nothing to learn here: ",
                  io::printable(shown.target_problem, kLongestText), "\n");
  return concat("\nsupervised training would teach (sft.target: ", shown.target_name,
                "): ", length_of(shown.target), " tokens\n", text_of(shown.target),
                lists_tokens ? token_list(shown.target) : "");
}

std::string reward_line(const ShownReward& reward) {
  auto text = concat("  ", padded(reward.name, 26), "x ", padded(number(reward.weight, "%.4g"), 6));
  if (!reward.reads) return text + "does not read this sample\n";
  if (reward.compares)
    text += "compares the responses of a group";
  else
    text += number(reward.output.value);
  if (!reward.compares && reward.output.reason != reading::Reason::kOk)
    text += concat("  ", reward.output.reason.word);
  if (!reward.output.read.empty())
    text += concat("  read \"", io::printable(reward.output.read, 100), "\"");
  text += concat("\n", std::string(28, ' '), reward.help, "; ", number(reward.minimum, "%.4g"),
                 " to ", number(reward.maximum, "%.4g"));
  if (!reward.wants.empty()) text += concat("; wants ", reward.wants);
  if (!reward.refuses.empty()) text += concat("; refuses ", reward.refuses);
  return text + "\n";
}

std::string rewards_part(const ShownSample& shown) {
  if (shown.ideal.empty()) return "\nno label: there is no ideal answer to try\n";
  auto text = concat("\nan ideal answer: ", io::printable(shown.ideal, kLongestText), "\n");
  for (const auto& reward : shown.rewards) text += reward_line(reward);
  if (!shown.rewards.empty()) text += concat("  ", padded("total", 34), number(shown.total), "\n");
  text += "  strict evaluation:";
  for (const auto& [name, value] : shown.strict) text += concat(" ", name, " ", number(value));
  return text + (shown.strict.empty() ? " no score\n" : "\n");
}

}  // namespace

std::string to_text(const ShownSample& shown, bool lists_tokens) {
  return sample_part(shown) + frames_part(shown) + prompt_part(shown, lists_tokens) +
         target_part(shown, lists_tokens) + rewards_part(shown);
}

}  // namespace vrlt::showing
