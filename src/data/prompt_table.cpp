#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"

namespace vrlt::data {
namespace {

std::string letter(int64_t option) { return std::string(1, static_cast<char>('A' + option)); }

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

bool asks_option(const Sample& sample) { return !sample.options.empty(); }
bool asks_span(const Sample& sample) {
  return sample.task == Task::kTemporalGrounding || sample.task == Task::kGroundedQa || sample.task == Task::kReasoningLocalization;
}

std::string lettered_options(const Sample& sample, const char* separator) {
  std::string text;
  for (size_t i = 0; i < sample.options.size(); ++i) text += separator + letter(static_cast<int64_t>(i)) + ". " + sample.options[i];
  return text;
}

/// What goes between the answer tags: a letter, "s to e", or both.
std::string answer_content(const Sample& sample) {
  std::string text;
  if (asks_option(sample)) {
    if (!sample.answer_option) throw DataError(concat(sample.id, ": has no answer to learn from"));
    text = letter(*sample.answer_option);
  }
  if (asks_span(sample)) {
    const auto spans = sample.clip_segments();
    if (spans.empty()) throw DataError(concat(sample.id, ": has no segment to learn from"));
    text += (text.empty() ? "" : ", ") + one_decimal(spans.front().start_seconds) + " to " + one_decimal(spans.front().end_seconds);
  }
  if (text.empty() && sample.answer_text) text = *sample.answer_text;
  return text;
}

/// What the answer block must hold, in words.
std::string instruction(const Sample& sample) {
  if (asks_option(sample) && asks_span(sample))
    return "the letter of the right option and the time span in seconds that shows it, as in B, 3.0 to 6.5";
  if (asks_span(sample)) return "the time span in seconds, as in 3.0 to 6.5";
  if (asks_option(sample)) return "the letter of the right option only";
  return "a short answer";
}

std::string lead(const Sample& sample) {
  if (sample.task == Task::kTemporalGrounding) return "When does this happen in the video: \"" + sample.question + "\"?";
  return sample.question + lettered_options(sample, "\n");
}

std::string question_think(const Sample& sample) {
  return lead(sample) + "\nThink first between <think> and </think>, then give " + instruction(sample) + ", between <answer> and </answer>.";
}
std::string question_answer(const Sample& sample) { return lead(sample) + "\nGive " + instruction(sample) + ", between <answer> and </answer>."; }
std::string answer_only(const Sample& sample) { return "<answer>" + answer_content(sample) + "</answer>"; }
std::string answer_think(const Sample& sample) { return "<think>I look at the frames in order.</think>" + answer_only(sample); }

std::string question_short(const Sample& sample) {
  return (sample.task == Task::kTemporalGrounding ? "when " : "") + sample.question + (asks_span(sample) && asks_option(sample) ? " when" : "") +
         lettered_options(sample, " ") + " ?";
}

std::string question_seed_tvg(const Sample& sample) {
  return "Give the query: \"" + sample.question +
         "\", when does the described content occur in the video?\nOutput your thought process within <think> </think> tags, then the time span "
         "within <answer> </answer> tags as {\"start_time\": \"s.ss\", \"end_time\": \"e.ee\"}.";
}
std::string answer_seed_tvg(const Sample& sample) {
  const auto spans = sample.clip_segments();
  if (spans.empty()) throw DataError(concat(sample.id, ": has no segment to learn from"));
  return "<think>I look at the frames in order.</think><answer>{\"start_time\": \"" + one_decimal(spans.front().start_seconds) +
         "\", \"end_time\": \"" + one_decimal(spans.front().end_seconds) + "\"}</answer>";
}

constexpr PromptEntry kPrompts[] = {
    {"auto_think", "think, then answer; the instruction follows the task", true, question_think, answer_think},
    {"auto_answer", "answer at once; the instruction follows the task", false, question_answer, answer_only},
    {"auto_short", "the bare question, for tiny models that learn the format from examples", false, question_short, answer_only},
    {"seed_tvg", "temporal grounding with Temporal-RLT's JSON answer", true, question_seed_tvg, answer_seed_tvg},
};

}  // namespace

std::span<const PromptEntry> prompt_table() { return kPrompts; }

const PromptEntry& find_prompt(const std::string& name) {
  std::string known;
  for (const auto& entry : kPrompts) {
    if (name == entry.name) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw ConfigError(concat("unknown prompt \"", name, "\"; known: ", known));
}

}  // namespace vrlt::data
