#include "data/prompts/grounding_prompts.h"

#include "data/prompts/prompt_parts.h"

namespace vrlt::data::prompts {
namespace {

std::string time_r1_lead(const Sample& sample) {
  return "To accurately pinpoint the event \"" + sample.question +
         "\" in the video, determine the precise time period of the event.\n\n";
}
constexpr const char* kTimeR1Answer =
    "rovide the start and end times (in seconds, precise to two decimal places) in the format "
    "\"start time to end time\" within the <answer> "
    "</answer> tags. For example: \"12.54 to 17.83\".";

constexpr const char* kVideoChatThought =
    "Output your thought process within the <think> </think> tags, including analysis with either "
    "specific timestamps (xx.xx) or time ranges (xx.xx "
    "to xx.xx) in <timestep> </timestep> tags.\n\nThen, ";

std::string videochat_lead(const Sample& sample) {
  return "Answer the question: \"" + sample.question +
         "\" according to the content of the video. Select the answer from :" +
         python_list(sample) + ".\n\n" + kVideoChatThought +
         "provide your answer within the <answer> </answer> tags, output the corresponding letter "
         "of the option.";
}

}  // namespace

std::string tvg_seed(const Sample& sample) {
  return "Give the query: \"" + sample.question +
         "\", when does the described content occur in the video?.";
}
std::string tvg_lmms(const Sample& sample) {
  return "Please find the visual event described by a sentence in the video, determining its "
         "starting and ending times. The format should be: 'The "
         "event happens in the start time - end time'. For example, The event 'person turn a light "
         "on' happens in the 24.3 - 30.4 seonds. Now I "
         "will give you the textual sentence: " +
         sample.question + ". Please return its start time and end time.";
}
std::string tvg_time_r1(const Sample& sample) { return time_r1_lead(sample) + "P" + kTimeR1Answer; }
std::string tvg_time_r1_think(const Sample& sample) {
  return time_r1_lead(sample) +
         "Output your thought process within the <think> </think> tags, including analysis with "
         "either specific time ranges (xx.xx to xx.xx) in "
         "<timestep> </timestep> tags.\n\nThen, p" +
         kTimeR1Answer;
}
std::string tvg_videochat(const Sample& sample) {
  return time_r1_lead(sample) + kVideoChatThought + "p" + kTimeR1Answer;
}
std::string tvg_timelens(const Sample& sample) {
  return "Please find the visual event described by the sentence '" + sample.question +
         "', determining its starting and ending times. The format should be: 'The event happens "
         "in <start time> - <end time> seconds'.";
}

std::string qa_videochat(const Sample& sample) { return videochat_lead(sample) + "\n"; }
std::string gqa_videochat(const Sample& sample) {
  return videochat_lead(sample) +
         " At the same time, in the <glue> </glue> tags, present the precise time period in "
         "seconds of the video clips on which you base your answer "
         "to this question in the format of [(s1, e1), (s2, e2), ...]. For example: "
         "<answer>A</answer><glue>[(5.2, 10.4)]</glue>.\n";
}

}  // namespace vrlt::data::prompts
