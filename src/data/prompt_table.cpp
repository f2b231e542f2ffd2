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

// Prompts of published evaluations. Their texts are data: double punctuation and misspellings belong to them, since a score is only
// comparable when the prompt is the same. Source: spec benchmarks.md 5.

/// One option per line, each line between `before` and the letter, and the letter and `between`, with its feed.
std::string option_block(const Sample& sample, const char* before, const char* between) {
  std::string text;
  for (size_t i = 0; i < sample.options.size(); ++i) text += concat(before, letter(static_cast<int64_t>(i)), between, sample.options[i], "\n");
  return text;
}

std::string without_last_feed(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

constexpr const char* kCarefully =
    "Carefully watch the video and pay attention to the cause and sequence of events, the detail and movement of objects, and the action and "
    "pose of persons. Based on your observations, select the best option that accurately addresses the question.\n";

std::string mvbench_official(const Sample& sample) {
  return "Question: " + sample.question + "\nOptions:\n" + option_block(sample, "(", ") ") + "Only give the best option.";
}
std::string mvbench_lmms(const Sample& sample) {
  return "Question:" + sample.question + "\nOption:\n" + option_block(sample, "(", ") ") + "Only give the best option.\n";
}
std::string mvbench_time_r1(const Sample& sample) {
  return "Carefully watch the video and pay attention to the cause and sequence of events, the detail and movement of objects and the action and "
         "pose of persons. Based on your observations, select the best option that accurately addresses the question.\n\nProvide the letter of "
         "the best option wrapped in parentheses within the <answer> </answer> tags.\n\nQuestion: " +
         sample.question + "\n" + without_last_feed(option_block(sample, "(", ") "));
}
std::string videomme_official(const Sample& sample) {
  return "Select the best answer to the following multiple-choice question based on the video. Respond with only the letter (A, B, C, or D) of the "
         "correct option.\n" +
         sample.question + "\n" + option_block(sample, "", ". ") + "The best answer is:";
}
std::string videomme_lmms(const Sample& sample) {
  return "Select the best answer to the following multiple-choice question based on the video and the subtitles. Respond with only the letter (A, "
         "B, C, or D) of the correct option.\n" +
         sample.question + "\n" + option_block(sample, "", ". ") + "\nAnswer with the option's letter from the given choices directly.";
}
std::string videomme_vlmevalkit(const Sample& sample) {
  return "\nThese are the frames of a video. Select the best answer to the following multiple-choice question based on the video. Respond with only "
         "the letter (A, B, C, or D) of the correct option.\nQuestion: " +
         sample.question + "\n" + option_block(sample, "", ". ") + "Answer: ";
}
std::string mmvu_direct(const Sample& sample) {
  return "\nQuestion: " + sample.question + "\n" + option_block(sample, "", ": ") +
         "\nDo not generate any intermediate reasoning process. Answer directly with the option letter from the given choices.\n";
}
std::string mmvu_lmms(const Sample& sample) {
  return "\nQuestion:" + sample.question + "\n" + option_block(sample, "", ": ") +
         "Visual Information: processed video\nDo not generate any intermediate reasoning process. Answer directly with the option letter from "
         "the\ngiven choices.\n";
}
/// The suffix follows the task.
std::string tempcompass(const Sample& sample) {
  if (sample.task == Task::kMultipleChoice) return sample.question + lettered_options(sample, "\n") + "\nPlease directly give the best option:";
  if (sample.task == Task::kYesNo) return sample.question + "\nPlease answer yes or no:";
  if (sample.task != Task::kCaptionMatch) return sample.question;
  auto text = sample.question;
  for (const auto& line : option_lines(sample)) text += "\n" + line;
  return text + "\nPlease directly give the best option:";
}
std::string video_r1(const Sample& sample) {
  return sample.question + "Options:\n" + option_block(sample, "", ". ") +
         "\nPlease think about this question as if you were a human pondering deeply. Engage in an internal dialogue using expressions such as 'let "
         "me think', 'wait', 'Hmm', 'oh, I see', 'let's break it down', etc, or other natural language thought expressions It's encouraged to "
         "include self-reflection or verification in the reasoning process. Provide your detailed reasoning between the <think> and </think> tags, "
         "and then give your final answer between the <answer> and </answer> tags. Please provide only the single option letter (e.g., A, B, C, D, "
         "etc.) within the <answer> </answer> tags.";
}
std::string qa_lmms_qwen3(const Sample& sample) {
  return "Question: " + sample.question + "\nOptions:\n" + option_block(sample, "", ". ") + "Answer with the option letter only.";
}

std::string tvg_seed(const Sample& sample) {
  return "Give the query: \"" + sample.question + "\", when does the described content occur in the video?.";
}
std::string tvg_lmms(const Sample& sample) {
  return "Please find the visual event described by a sentence in the video, determining its starting and ending times. The format should be: 'The "
         "event happens in the start time - end time'. For example, The event 'person turn a light on' happens in the 24.3 - 30.4 seonds. Now I "
         "will give you the textual sentence: " +
         sample.question + ". Please return its start time and end time.";
}
std::string time_r1_lead(const Sample& sample) {
  return "To accurately pinpoint the event \"" + sample.question + "\" in the video, determine the precise time period of the event.\n\n";
}
constexpr const char* kTimeR1Answer =
    "rovide the start and end times (in seconds, precise to two decimal places) in the format \"start time to end time\" within the <answer> "
    "</answer> tags. For example: \"12.54 to 17.83\".";
std::string tvg_time_r1(const Sample& sample) { return time_r1_lead(sample) + "P" + kTimeR1Answer; }
std::string tvg_time_r1_think(const Sample& sample) {
  return time_r1_lead(sample) +
         "Output your thought process within the <think> </think> tags, including analysis with either specific time ranges (xx.xx to xx.xx) in "
         "<timestep> </timestep> tags.\n\nThen, p" +
         kTimeR1Answer;
}
constexpr const char* kVideoChatThought =
    "Output your thought process within the <think> </think> tags, including analysis with either specific timestamps (xx.xx) or time ranges (xx.xx "
    "to xx.xx) in <timestep> </timestep> tags.\n\nThen, ";
std::string tvg_videochat(const Sample& sample) { return time_r1_lead(sample) + kVideoChatThought + "p" + kTimeR1Answer; }
std::string tvg_timelens(const Sample& sample) {
  return "Please find the visual event described by the sentence '" + sample.question +
         "', determining its starting and ending times. The format should be: 'The event happens in <start time> - <end time> seconds'.";
}

/// A list of texts as Python prints it.
std::string python_list(const Sample& sample) {
  std::string text = "[";
  for (size_t i = 0; i < sample.options.size(); ++i) {
    const auto& option = sample.options[i];
    const char quote = option.find('\'') != std::string::npos && option.find('"') == std::string::npos ? '"' : '\'';
    text += concat(i == 0 ? "" : ", ", quote, "(", letter(static_cast<int64_t>(i)), ") ");
    for (const char c : option) text += concat(c == '\\' || (c == quote) ? "\\" : "", c);
    text += quote;
  }
  return text + "]";
}
std::string videochat_lead(const Sample& sample) {
  return "Answer the question: \"" + sample.question + "\" according to the content of the video. Select the answer from :" + python_list(sample) +
         ".\n\n" + kVideoChatThought + "provide your answer within the <answer> </answer> tags, output the corresponding letter of the option.";
}
std::string qa_videochat(const Sample& sample) { return videochat_lead(sample) + "\n"; }
std::string gqa_videochat(const Sample& sample) {
  return videochat_lead(sample) +
         " At the same time, in the <glue> </glue> tags, present the precise time period in seconds of the video clips on which you base your answer "
         "to this question in the format of [(s1, e1), (s2, e2), ...]. For example: <answer>A</answer><glue>[(5.2, 10.4)]</glue>.\n";
}

constexpr const char* kSeedSystem =
    "You FIRST think about the reasoning process as an internal monologue and then provide the final answer. The reasoning process MUST BE enclosed "
    "within <think> </think> tags. The final answer MUST BE put in <answer> </answer> tags. Output the final answer in JSON format.";

constexpr PromptEntry kPrompts[] = {
    {"auto_think", "think, then answer; the instruction follows the task", true, question_think, answer_think},
    {"auto_answer", "answer at once; the instruction follows the task", false, question_answer, answer_only},
    {"auto_short", "the bare question, for tiny models that learn the format from examples", false, question_short, answer_only},
    {"seed_tvg", "temporal grounding with Temporal-RLT's JSON answer", true, question_seed_tvg, answer_seed_tvg},
    {"p_mvb_off", "MVBench, its notebook (without the prefix of the answer)", false, mvbench_official, answer_only, kCarefully},
    {"p_mvb_lmms", "MVBench in lmms-eval and Temporal-R1", false, mvbench_lmms, answer_only},
    {"p_mvb_t1", "MVBench in Time-R1", false, mvbench_time_r1, answer_only},
    {"p_vmme_off", "Video-MME, official", false, videomme_official, answer_only},
    {"p_vmme_lmms", "Video-MME in lmms-eval and Temporal-R1", false, videomme_lmms, answer_only},
    {"p_vmme_vlmek", "Video-MME in VLMEvalKit", false, videomme_vlmevalkit, answer_only},
    {"p_mmvu_direct", "MMVU, official, an answer at once", false, mmvu_direct, answer_only},
    {"p_mmvu_lmms", "MMVU in lmms-eval", false, mmvu_lmms, answer_only},
    {"p_tempcompass", "TempCompass, official; the suffix follows the task", false, tempcompass, answer_only},
    {"p_vr1", "Video-R1, every VideoQA benchmark", true, video_r1, answer_think},
    {"p_qa_lmms_q3", "VideoQA of Qwen3-VL in lmms-eval", false, qa_lmms_qwen3, answer_only},
    {"p_qa_vcr1", "VideoQA in VideoChat-R1", true, qa_videochat, answer_think},
    {"p_tvg_seed", "temporal grounding in Temporal-R1, models that answer at once", false, tvg_seed, answer_only},
    {"p_tvg_seed_r1", "the same, models that think: with its system text", true, tvg_seed, answer_seed_tvg, kSeedSystem},
    {"p_tvg_lmms", "temporal grounding in lmms-eval", false, tvg_lmms, answer_only},
    {"p_tvg_t1", "temporal grounding in Time-R1", false, tvg_time_r1, answer_only},
    {"p_tvg_t1_r", "temporal grounding in Time-R1, thinking", true, tvg_time_r1_think, answer_think},
    {"p_tvg_vcr1", "temporal grounding in VideoChat-R1", true, tvg_videochat, answer_think},
    {"p_tvg_tl", "temporal grounding in TimeLens", false, tvg_timelens, answer_only},
    {"p_gqa_vcr1", "grounded VideoQA in VideoChat-R1", true, gqa_videochat, answer_think},
};

}  // namespace

std::vector<std::string> option_lines(const Sample& sample) {
  std::string word = "Option";
  char first = '1';
  const auto raw = sample.record.is_object() ? sample.record.value("answer_raw", io::Json()) : io::Json();
  if (sample.task == Task::kCaptionMatch && raw.is_string()) {
    const auto label = raw.get<std::string>();
    const size_t blank = label.find(' ');
    if (blank != std::string::npos && label.find(": ") == blank + 2) {
      word = label.substr(0, blank);
      first = label[blank + 1] >= '0' && label[blank + 1] <= '9' ? '1' : 'A';
    }
  }
  std::vector<std::string> lines;
  for (size_t i = 0; i < sample.options.size(); ++i)
    lines.push_back(sample.task == Task::kCaptionMatch ? concat(word, " ", static_cast<char>(first + static_cast<int>(i)), ": ", sample.options[i])
                                                       : concat(letter(static_cast<int64_t>(i)), ". ", sample.options[i]));
  return lines;
}

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
