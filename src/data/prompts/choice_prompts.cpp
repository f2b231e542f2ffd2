#include "data/prompts/choice_prompts.h"

#include "data/prompts/prompt_parts.h"
#include "vrlt/data/prompt.h"

namespace vrlt::data::prompts {
namespace {

std::string without_last_feed(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string videomme_lmms_lead(const Sample& sample) {
  return "Select the best answer to the following multiple-choice question based on the video and "
         "the subtitles. Respond with only the letter (A, "
         "B, C, or D) of the correct option.\n" +
         sample.question + "\n" + option_block(sample, "", ". ");
}

/// What is asked for at the end, by the kind of problem. Source: github.com/tulerfeng/Video-R1,
/// TYPE_TEMPLATE of its trainer.
const char* video_r1_ending(const Sample& sample) {
  constexpr const char* kNumber =
      " Please provide the numerical value (e.g., 42 or 3.14) within the <answer> </answer> tags.";
  if (!sample.options.empty())
    return " Please provide only the single option letter (e.g., A, B, C, D, etc.) within the "
           "<answer> </answer> tags.";
  if (sample.asks_for_number()) return kNumber;
  if (sample.problem_type == ProblemType::kOcr)
    return " Please transcribe text from the image/video clearly and provide your text answer "
           "within the <answer> </answer> tags.";
  return " Please provide your text answer within the <answer> </answer> tags.";
}
}  // namespace

std::string mvbench_official(const Sample& sample) {
  return "Question: " + sample.question + "\nOptions:\n" + option_block(sample, "(", ") ") +
         "Only give the best option.";
}
std::string mvbench_lmms(const Sample& sample) {
  return "Question:" + sample.question + "\nOption:\n" + option_block(sample, "(", ") ") +
         "Only give the best option.\n";
}
std::string mvbench_time_r1(const Sample& sample) {
  return "Carefully watch the video and pay attention to the cause and sequence of events, the "
         "detail and movement of objects and the action and "
         "pose of persons. Based on your observations, select the best option that accurately "
         "addresses the question.\n\nProvide the letter of "
         "the best option wrapped in parentheses within the <answer> </answer> "
         "tags.\n\nQuestion: " +
         sample.question + "\n" + without_last_feed(option_block(sample, "(", ") "));
}
std::string videomme_official(const Sample& sample) {
  return "Select the best answer to the following multiple-choice question based on the video. "
         "Respond with only the letter (A, B, C, or D) of the "
         "correct option.\n" +
         sample.question + "\n" + option_block(sample, "", ". ") + "The best answer is:";
}
std::string videomme_lmms(const Sample& sample) {
  return videomme_lmms_lead(sample) +
         "\nAnswer with the option's letter from the given choices directly.";
}
std::string videomme_lmms_subtitled(const Sample& sample) {
  return videomme_lmms_lead(sample) + "The best answer is:";
}
std::string videomme_vlmevalkit(const Sample& sample) {
  return "\nThese are the frames of a video. Select the best answer to the following "
         "multiple-choice question based on the video. Respond with only "
         "the letter (A, B, C, or D) of the correct option.\nQuestion: " +
         sample.question + "\n" + option_block(sample, "", ". ") + "Answer: ";
}
std::string mmvu_direct(const Sample& sample) {
  return "\nQuestion: " + sample.question + "\n" + option_block(sample, "", ": ") +
         "\nDo not generate any intermediate reasoning process. Answer directly with the option "
         "letter from the given choices.\n";
}
std::string mmvu_cot(const Sample& sample) {
  return "\nQuestion: " + sample.question + "\n" + option_block(sample, "", ": ") +
         "\nAnswer the given multiple-choice question step by step. Begin by explaining your "
         "reasoning process clearly. Conclude by stating the "
         "final "
         "answer using the following format: 'Therefore, the final answer is: $LETTER' (without "
         "quotes), where $LETTER is one of the options. Think "
         "step by step before answering.";
}
std::string mmvu_lmms(const Sample& sample) {
  return "\nQuestion:" + sample.question + "\n" + option_block(sample, "", ": ") +
         "Visual Information: processed video\nDo not generate any intermediate reasoning process. "
         "Answer directly with the option letter from "
         "the\ngiven choices.\n";
}
/// The suffix follows the task.
std::string tempcompass(const Sample& sample) {
  if (sample.task == Task::kMultipleChoice)
    return sample.question + lettered_options(sample, "\n") +
           "\nPlease directly give the best option:";
  if (sample.task == Task::kYesNo) return sample.question + "\nPlease answer yes or no:";
  if (sample.task != Task::kCaptionMatch) return sample.question;
  auto text = sample.question;
  for (const auto& line : option_lines(sample)) text += "\n" + line;
  return text + "\nPlease directly give the best option:";
}
std::string video_r1(const Sample& sample) {
  return sample.question +
         (sample.options.empty() ? "" : "Options:\n" + option_block(sample, "", ". ")) +
         "\nPlease think about this question as if you were a human pondering deeply. Engage in an "
         "internal dialogue using expressions such as 'let "
         "me think', 'wait', 'Hmm', 'oh, I see', 'let's break it down', etc, or other natural "
         "language thought expressions It's encouraged to "
         "include self-reflection or verification in the reasoning process. Provide your detailed "
         "reasoning between the <think> and </think> tags, "
         "and then give your final answer between the <answer> and </answer> tags." +
         video_r1_ending(sample);
}
std::string longvideobench(const Sample& sample) {
  return sample.question + "\n" + option_block(sample, "", ". ") +
         "Answer with the option's letter from the given choices directly.\n";
}
std::string mlvu(const Sample& sample) {
  return "Question: " + sample.question + "\nOptions:\n" + option_block(sample, "(", ") ") +
         "Only give the best option.";
}
std::string videommmu(const Sample& sample) {
  return sample.question + "\n" + option_block(sample, "", ". ") +
         "Please directly output the option letter/data as the answer.";
}
std::string videommmu_adaptation(const Sample& sample) {
  return "Please directly output the option letter/data as the answer. You should watch and learn "
         "the video content. Then apply what you learned to answer the following multi-choice "
         "question. The image for this question is at the end of the video.\n" +
         sample.question + "\n" + without_last_feed(option_block(sample, "", ". "));
}
std::string qa_lmms_qwen3(const Sample& sample) {
  return "Question: " + sample.question + "\nOptions:\n" + option_block(sample, "", ". ") +
         "Answer with the option letter only.";
}

}  // namespace vrlt::data::prompts
