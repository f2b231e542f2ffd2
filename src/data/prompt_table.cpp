#include <algorithm>

#include "data/prompts/choice_prompts.h"
#include "data/prompts/grounding_prompts.h"
#include "data/prompts/prompt_parts.h"
#include "data/prompts/task_prompts.h"
#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"

namespace vrlt::data {
namespace {

using namespace prompts;

constexpr PromptEntry kPrompts[] = {
    {"auto_think", "think, then answer; the instruction follows the task", true, question_think, answer_only},
    {"auto_answer", "answer at once; the instruction follows the task", false, question_answer, answer_only},
    {"auto_short", "the bare question, for tiny models that learn the format from examples", false, question_short, answer_only},
    {"seed_tvg", "temporal grounding with Temporal-RLT's JSON answer", true, question_seed_tvg, answer_seed_tvg},
    {"p_mvb_off", "MVBench, its notebook; the answer begins with \"Best option:(\"", false, mvbench_official, answer_only, kCarefully, nullptr,
     "Best option:(", "("},
    {"p_mvb_lmms", "MVBench in lmms-eval and Temporal-R1", false, mvbench_lmms, answer_only},
    {"p_mvb_t1", "MVBench in Time-R1", false, mvbench_time_r1, answer_only},
    {"p_vmme_off", "Video-MME, official", false, videomme_official, answer_only},
    {"p_vmme_off_sub", "the same with subtitles", false, videomme_official, answer_only, "", "This video's subtitles are listed below:\n"},
    {"p_vmme_lmms", "Video-MME in lmms-eval and Temporal-R1", false, videomme_lmms, answer_only},
    {"p_vmme_lmms_sub", "the same with subtitles", false, videomme_lmms_subtitled, answer_only, "", "This video's subtitles are listed below: \n"},
    {"p_vmme_vlmek", "Video-MME in VLMEvalKit", false, videomme_vlmevalkit, answer_only},
    {"p_mmvu_direct", "MMVU, official, an answer at once", false, mmvu_direct, answer_only},
    {"p_mmvu_cot", "MMVU, official, step by step", false, mmvu_cot, answer_only},
    {"p_mmvu_lmms", "MMVU in lmms-eval", false, mmvu_lmms, answer_only},
    {"p_tempcompass", "TempCompass, official; the suffix follows the task", false, tempcompass, answer_only},
    {"p_vr1", "Video-R1, every VideoQA benchmark", true, video_r1, answer_only},
    {"p_qa_lmms_q3", "VideoQA of Qwen3-VL in lmms-eval", false, qa_lmms_qwen3, answer_only},
    {"p_qa_vcr1", "VideoQA in VideoChat-R1", true, qa_videochat, answer_only},
    {"p_tvg_seed", "temporal grounding in Temporal-R1, models that answer at once", false, tvg_seed, answer_only},
    {"p_tvg_seed_r1", "the same, models that think: with its system text", true, tvg_seed, answer_seed_tvg, kSeedSystem},
    {"p_tvg_lmms", "temporal grounding in lmms-eval", false, tvg_lmms, answer_only},
    {"p_tvg_t1", "temporal grounding in Time-R1", false, tvg_time_r1, answer_only},
    {"p_tvg_t1_r", "temporal grounding in Time-R1, thinking", true, tvg_time_r1_think, answer_only},
    {"p_tvg_vcr1", "temporal grounding in VideoChat-R1", true, tvg_videochat, answer_only},
    {"p_tvg_tl", "temporal grounding in TimeLens", false, tvg_timelens, answer_only},
    {"p_gqa_vcr1", "grounded VideoQA in VideoChat-R1", true, gqa_videochat, answer_only},
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

std::string render_prompt(const PromptEntry& prompt, const Sample& sample, const std::string& subtitles) {
  const auto question = prompt.question(sample);
  return prompt.subtitles_lead == nullptr ? question : concat(prompt.subtitles_lead, subtitles, "\n", question);
}

std::string as_read(const PromptEntry& prompt, const std::string& response) {
  if (prompt.read_prefix == nullptr) return response;
  constexpr const char* kSpace = " \t\r\n\v\f";
  const size_t begin = std::min(response.find_first_not_of(kSpace), response.size());
  const auto text = response.substr(begin, response.find_last_not_of(kSpace) + 1 - begin);
  return prompt.read_prefix + text.substr(0, text.find('\n'));
}

std::span<const PromptEntry> prompt_table() { return kPrompts; }

std::string reference_response(const PromptEntry& prompt, const Sample& sample, ReferenceTarget target) {
  const auto answer = prompt.answer(sample);
  if (target == ReferenceTarget::kAnswer) return answer;
  const auto thinking = sample.record.is_object() ? sample.record.value("thinking", io::Json()) : io::Json();
  if (!thinking.is_string() || thinking.get<std::string>().find_first_not_of(" \t\r\n") == std::string::npos)
    throw DataError(concat(sample.id, ": \"thinking\" is ", io::excerpt(thinking), ", expected the text to learn before the answer"));
  const auto text = thinking.get<std::string>();
  if (text.find("think>") != std::string::npos) throw DataError(concat(sample.id, ": \"thinking\" holds a think tag; the tags are added here"));
  return "<think>" + text + "</think>" + answer;
}

const PromptEntry& find_prompt(const std::string& name) {
  std::string known;
  for (const auto& entry : kPrompts) {
    if (name == entry.name) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw ConfigError(concat("unknown prompt \"", name, "\"; known: ", known));
}

}  // namespace vrlt::data
