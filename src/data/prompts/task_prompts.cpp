#include "data/prompts/task_prompts.h"

#include <cstdio>

#include "data/prompts/prompt_parts.h"
#include "vrlt/core/error.h"

namespace vrlt::data::prompts {
namespace {

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

bool asks_option(const Sample& sample) { return !sample.options.empty(); }
bool asks_span(const Sample& sample) {
  return sample.task == Task::kTemporalGrounding || sample.task == Task::kGroundedQa || sample.task == Task::kReasoningLocalization;
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
  const auto type = problem_type(sample);
  if (type == "numerical" || type == "regression") return "a number only";
  return type == "OCR" ? "the text as it is written" : "a short answer";
}

std::string lead(const Sample& sample) {
  if (sample.task == Task::kTemporalGrounding) return "When does this happen in the video: \"" + sample.question + "\"?";
  return sample.question + lettered_options(sample, "\n");
}

}  // namespace

std::string question_think(const Sample& sample) {
  return lead(sample) + "\nThink first between <think> and </think>, then give " + instruction(sample) + ", between <answer> and </answer>.";
}
std::string question_answer(const Sample& sample) { return lead(sample) + "\nGive " + instruction(sample) + ", between <answer> and </answer>."; }
std::string answer_only(const Sample& sample) { return "<answer>" + answer_content(sample) + "</answer>"; }

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
  return "<answer>{\"start_time\": \"" + one_decimal(spans.front().start_seconds) + "\", \"end_time\": \"" + one_decimal(spans.front().end_seconds) +
         "\"}</answer>";
}

}  // namespace vrlt::data::prompts
