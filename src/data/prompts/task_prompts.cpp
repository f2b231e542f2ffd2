#include "data/prompts/task_prompts.h"

#include "data/prompts/prompt_parts.h"
#include "data/prompts/target_spans.h"
#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"

namespace vrlt::data::prompts {
namespace {

bool asks_option(const Sample& sample) { return !sample.options.empty(); }
bool asks_span(const Sample& sample) {
  return sample.task == Task::kTemporalGrounding || sample.task == Task::kGroundedQa ||
         sample.task == Task::kReasoningLocalization;
}

/// The true spans, joined by `joint`.
std::string spans_text(const Sample& sample, const char* joint) {
  std::string text;
  for (const auto& [start, end] : target_spans(sample))
    text += concat(text.empty() ? "" : ", ", start, joint, end);
  return text;
}

std::string right_label(const Sample& sample) {
  if (!sample.answer_option) throw DataError(concat(sample.id, ": has no answer to learn from"));
  return label_of(sample, *sample.answer_option);
}

/// The label of the right option, "s to e", both, or the answer in words.
std::string answer_content(const Sample& sample) {
  std::string text;
  if (asks_option(sample)) text = right_label(sample);
  if (asks_span(sample)) text += (text.empty() ? "" : ", ") + spans_text(sample, " to ");
  if (text.empty() && sample.answer_text) text = *sample.answer_text;
  if (text.empty()) throw DataError(concat(sample.id, ": has no answer to learn from"));
  return text;
}

std::string in_block(const std::string& content) { return "<answer>" + content + "</answer>"; }

/// "The event happens in " and the spans, for prompts that ask for that sentence; other tasks get
/// their answer alone.
std::string event_sentence(const Sample& sample, const char* lead) {
  if (!asks_span(sample) || asks_option(sample)) return answer_content(sample);
  return concat(lead, spans_text(sample, " - "), " seconds.");
}

/// What the answer block must hold, in words.
std::string instruction(const Sample& sample) {
  if (asks_option(sample) && asks_span(sample))
    return "the letter of the right option and the time span in seconds that shows it, as in B, "
           "3.0 to 6.5";
  if (asks_span(sample)) return "the time span in seconds, as in 3.0 to 6.5";
  if (sample.task == Task::kCaptionMatch)
    return "the label of the sentence that fits the video, as in " + first_label(sample);
  if (asks_option(sample)) return "the letter of the right option only";
  if (sample.task == Task::kYesNo) return "yes or no";
  if (sample.asks_for_number()) return "a number only";
  return sample.problem_type == ProblemType::kOcr ? "the text as it is written" : "a short answer";
}

std::string lead(const Sample& sample) {
  if (sample.task == Task::kTemporalGrounding)
    return "When does this happen in the video: \"" + sample.question + "\"?";
  auto text = sample.question;
  for (const auto& line : option_lines(sample)) text += "\n" + line;
  return text;
}

std::string short_options(const Sample& sample) {
  std::string text;
  for (const auto& line : option_lines(sample)) text += " " + line;
  return text;
}

}  // namespace

std::string question_think(const Sample& sample) {
  return lead(sample) + "\nThink first between <think> and </think>, then give " +
         instruction(sample) + ", between <answer> and </answer>.";
}
std::string question_answer(const Sample& sample) {
  return lead(sample) + "\nGive " + instruction(sample) + ", between <answer> and </answer>.";
}

std::string question_short(const Sample& sample) {
  return (sample.task == Task::kTemporalGrounding ? "when " : "") + sample.question +
         (asks_span(sample) && asks_option(sample) ? " when" : "") + short_options(sample) + " ?";
}

std::string question_seed_tvg(const Sample& sample) {
  return "Give the query: \"" + sample.question +
         "\", when does the described content occur in the video?\nOutput your thought process "
         "within <think> </think> tags, then the time span "
         "within <answer> </answer> tags as {\"start_time\": \"s.ss\", \"end_time\": \"e.ee\"}.";
}

std::string answer_block(const Sample& sample) { return in_block(answer_content(sample)); }
std::string answer_alone(const Sample& sample) { return answer_content(sample); }
std::string answer_behind_bracket(const Sample& sample) {
  const auto content = answer_content(sample);
  return asks_option(sample) && !asks_span(sample) ? content + ")" : content;
}
std::string answer_therefore(const Sample& sample) {
  return "Therefore, the final answer is: " + answer_content(sample);
}
std::string answer_event_lmms(const Sample& sample) {
  return event_sentence(sample, "The event happens in the ");
}
std::string answer_event_timelens(const Sample& sample) {
  return event_sentence(sample, "The event happens in ");
}

std::string answer_glue(const Sample& sample) {
  if (!asks_option(sample) || !asks_span(sample)) return answer_block(sample);
  std::string spans;
  for (const auto& [start, end] : target_spans(sample))
    spans += concat(spans.empty() ? "" : ", ", "(", start, ", ", end, ")");
  return in_block(right_label(sample)) + "<glue>[" + spans + "]</glue>";
}

std::string answer_seed_tvg(const Sample& sample) {
  const auto spans = target_spans(sample);
  std::string objects;
  for (const auto& [start, end] : spans)
    objects += concat(objects.empty() ? "" : ", ", "{\"start_time\": \"", start,
                      "\", \"end_time\": \"", end, "\"}");
  return in_block(spans.size() == 1 ? objects : "[" + objects + "]");
}

}  // namespace vrlt::data::prompts
