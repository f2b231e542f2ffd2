#include <algorithm>

#include "data/prompts/choice_prompts.h"
#include "data/prompts/grounding_prompts.h"
#include "data/prompts/prompt_parts.h"
#include "data/prompts/task_prompts.h"
#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/data/own_prompt.h"
#include "vrlt/data/prompt.h"

namespace vrlt::data {
namespace {

using namespace prompts;
using enum AnswerTags;

constexpr PromptEntry kPrompts[] = {
    {"auto_think", "think, then answer; the instruction follows the task", true, kAnswer,
     question_think, answer_block},
    {"auto_answer", "answer at once; the instruction follows the task", false, kAnswer,
     question_answer, answer_block},
    {"auto_short", "the bare question, for tiny models that learn the format from examples", false,
     kAnswer, question_short, answer_block},
    {"seed_tvg", "temporal grounding with Temporal-RLT's JSON answer", true, kAnswer,
     question_seed_tvg, answer_seed_tvg},
    {"p_mvb_off", "MVBench, its notebook; the answer begins with \"Best option:(\"", false, kNone,
     mvbench_official, answer_behind_bracket, kCarefully, nullptr, "Best option:(", "("},
    {"p_mvb_lmms", "MVBench in lmms-eval and Temporal-R1", false, kNone, mvbench_lmms,
     answer_alone},
    {"p_mvb_t1", "MVBench in Time-R1", false, kAnswer, mvbench_time_r1, answer_block},
    {"p_vmme_off", "Video-MME, official", false, kNone, videomme_official, answer_alone},
    {"p_vmme_off_sub", "the same with subtitles", false, kNone, videomme_official, answer_alone, "",
     "This video's subtitles are listed below:\n"},
    {"p_vmme_lmms", "Video-MME in lmms-eval and Temporal-R1", false, kNone, videomme_lmms,
     answer_alone},
    {"p_vmme_lmms_sub", "the same with subtitles", false, kNone, videomme_lmms_subtitled,
     answer_alone, "", "This video's subtitles are listed below: \n"},
    {"p_vmme_vlmek", "Video-MME in VLMEvalKit", false, kNone, videomme_vlmevalkit, answer_alone},
    {"p_mmvu_direct", "MMVU, official, an answer at once", false, kNone, mmvu_direct, answer_alone},
    {"p_mmvu_cot", "MMVU, official, step by step", false, kNone, mmvu_cot, answer_therefore},
    {"p_mmvu_lmms", "MMVU in lmms-eval", false, kNone, mmvu_lmms, answer_alone},
    {"p_tempcompass", "TempCompass, official; the suffix follows the task", false, kNone,
     tempcompass, answer_alone},
    {"p_lvb", "LongVideoBench in lmms-eval, without subtitles", false, kNone, longvideobench,
     answer_alone},
    {"p_mlvu", "MLVU; the answer begins with \"Best option:(\"", false, kNone, mlvu,
     answer_behind_bracket, kMlvuSystem, nullptr, "Best option:(", "("},
    {"p_videommmu", "VideoMMMU, Perception and Comprehension", false, kNone, videommmu,
     answer_alone},
    {"p_videommmu_adaptation", "VideoMMMU, Adaptation, multiple choice", false, kNone,
     videommmu_adaptation, answer_alone},
    {"p_vr1", "Video-R1, every VideoQA benchmark", true, kAnswer, video_r1, answer_block},
    {"p_qa_lmms_q3", "VideoQA of Qwen3-VL in lmms-eval", false, kNone, qa_lmms_qwen3, answer_alone},
    {"p_qa_vcr1", "VideoQA in VideoChat-R1", true, kAnswer, qa_videochat, answer_block},
    {"p_tvg_seed", "temporal grounding in Temporal-R1, models that answer at once", false, kNone,
     tvg_seed, answer_alone},
    {"p_tvg_seed_r1", "the same, models that think: with its system text", true, kAnswer, tvg_seed,
     answer_seed_tvg, kSeedSystem},
    {"p_tvg_lmms", "temporal grounding in lmms-eval", false, kNone, tvg_lmms, answer_event_lmms},
    {"p_tvg_t1", "temporal grounding in Time-R1", false, kAnswer, tvg_time_r1, answer_block},
    {"p_tvg_t1_r", "temporal grounding in Time-R1, thinking", true, kAnswer, tvg_time_r1_think,
     answer_block},
    {"p_tvg_vcr1", "temporal grounding in VideoChat-R1", true, kAnswer, tvg_videochat,
     answer_block},
    {"p_tvg_tl", "temporal grounding in TimeLens", false, kNone, tvg_timelens,
     answer_event_timelens},
    {"p_gqa_vcr1", "grounded VideoQA in VideoChat-R1", true, kAnswerGlue, gqa_videochat,
     answer_glue},
};

/// What the record itself wants to be learnt.
std::string own_response(const Sample& sample, const io::Json& record) {
  const auto& response = record["response"];
  if (!response.is_string() ||
      response.get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos)
    throw DataError(concat(sample.id, ": \"response\" is ", io::excerpt(response),
                           ", expected the whole text to learn"));
  return response.get<std::string>();
}

}  // namespace

std::string label_of(const Sample& sample, int64_t option) {
  if (sample.task != Task::kCaptionMatch) return letter(option);
  std::string word = "Option";
  char first = '1';
  const auto raw = sample.record["answer_raw"];
  if (raw.is_string()) {
    const auto label = raw.get<std::string>();
    const size_t blank = label.find(' ');
    if (blank != std::string::npos && label.find(": ") == blank + 2) {
      word = label.substr(0, blank);
      first = label[blank + 1] >= '0' && label[blank + 1] <= '9' ? '1' : 'A';
    }
  }
  return concat(word, " ", first == '1' ? std::to_string(option + 1) : letter(option));
}

std::vector<std::string> option_lines(const Sample& sample) {
  const char* between = sample.task == Task::kCaptionMatch ? ": " : ". ";
  std::vector<std::string> lines;
  for (size_t i = 0; i < sample.options.size(); ++i)
    lines.push_back(label_of(sample, static_cast<int64_t>(i)) + between + sample.options[i]);
  return lines;
}

bool opens_thinking(const PromptEntry& prompt) {
  return std::string(prompt.answer_prefix).ends_with("<think>");
}

std::string render_prompt(const PromptEntry& prompt, const Sample& sample,
                          const std::string& subtitles) {
  if (is_own(prompt)) return render_own(prompt, sample, subtitles);
  const auto question = prompt.question(sample);
  return prompt.subtitles_lead == nullptr
             ? question
             : concat(prompt.subtitles_lead, subtitles, "\n", question);
}

std::string as_read(const PromptEntry& prompt, const std::string& response) {
  if (prompt.read_prefix == nullptr) return response;
  constexpr const char* kSpace = " \t\r\n\v\f";
  const size_t begin = std::min(response.find_first_not_of(kSpace), response.size());
  const auto text = response.substr(begin, response.find_last_not_of(kSpace) + 1 - begin);
  return prompt.read_prefix + text.substr(0, text.find('\n'));
}

std::span<const PromptEntry> prompt_table() { return kPrompts; }

std::string reference_response(const PromptEntry& prompt, const Sample& sample,
                               ReferenceTarget target) {
  const auto record = sample.record.json();
  if (record.is_object() && record.contains("response")) return own_response(sample, record);
  const auto answer = prompt.answer(sample);
  if (target == ReferenceTarget::kAnswer) return answer;
  const auto thinking = record.is_object() ? record.value("thinking", io::Json()) : io::Json();
  if (!thinking.is_string() ||
      thinking.get<std::string>().find_first_not_of(" \t\r\n") == std::string::npos)
    throw DataError(concat(sample.id, ": \"thinking\" is ", io::excerpt(thinking),
                           ", expected the text to learn before the answer"));
  const auto text = thinking.get<std::string>();
  if (text.find("think>") != std::string::npos)
    throw DataError(concat(sample.id, ": \"thinking\" holds a think tag; the tags are added here"));
  return "<think>" + text + "</think>" + answer;
}

const PromptEntry& find_prompt(const std::string& name) {
  return names_own_prompt(name) ? own_prompt(name) : find_row(kPrompts, name, "prompt");
}

const PromptEntry& prompt_of(const Sample& sample, const std::string& usual) {
  return find_prompt(sample.prompt.empty() ? usual : sample.prompt);
}

}  // namespace vrlt::data
