#include "data/exporters/answer_files.h"

#include "data/exporters/export_parts.h"
#include "data/time_tokens.h"

namespace vrlt::data {
namespace {

std::string response_to(const Sample& sample, const Predictions& predictions, Export& result) {
  const auto* prediction = find_prediction(predictions, sample, result);
  return prediction == nullptr ? "" : prediction->text;
}

}  // namespace

Export export_videomme(const std::vector<const Sample*>& samples, const Predictions& predictions) {
  Export result;
  io::Json videos = io::Json::array();
  std::map<std::string, size_t> index_of;
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto video_id = native(sample, "video_id");
    const auto [place, is_new] = index_of.emplace(video_id, videos.size());
    if (is_new)
      videos.push_back({{"video_id", video_id},
                        {"duration_category", group(sample, "duration")},
                        {"video_category", group(sample, "domain")},
                        {"video_subcategory", group(sample, "sub_category")},
                        {"missing", true},
                        {"questions", io::Json::array()}});
    auto& video = videos[place->second];
    if (predictions.contains(sample.id)) video["missing"] = false;
    io::Json choices = io::Json::array();
    for (size_t i = 0; i < sample.options.size(); ++i)
      choices.push_back(letter(static_cast<int64_t>(i)) + ". " + sample.options[i]);
    video["questions"].push_back({{"question_id", native(sample, "question_id")},
                                  {"task_type", group(sample, "task_type")},
                                  {"question", raw_question(sample)},
                                  {"choices", choices},
                                  {"answer", right_letter(sample)},
                                  {"response", response_to(sample, predictions, result)}});
  }
  result.files.push_back({"", pretty(videos)});
  return result;
}

Export export_mmvu(const std::vector<const Sample*>& samples, const Predictions& predictions) {
  Export result;
  io::Json questions = io::Json::array();
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    io::Json choices = io::Json::object();
    for (size_t i = 0; i < sample.options.size(); ++i)
      choices[letter(static_cast<int64_t>(i))] = sample.options[i];
    questions.push_back({{"id", native(sample, "id")},
                         {"question_type", "multiple-choice"},
                         {"question", raw_question(sample)},
                         {"choices", choices},
                         {"answer", right_letter(sample)},
                         {"response", response_to(sample, predictions, result)}});
  }
  result.files.push_back({"", pretty(questions)});
  return result;
}

Export export_anet_rtl(const std::vector<const Sample*>& samples, const Predictions& predictions) {
  Export result;
  io::Json answers = io::Json::array();
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto id = native(sample, "question_id");
    answers.push_back({{"question_id", id},
                       {"prompt", raw_question(sample)},
                       {"text_out", without_time_tokens(response_to(sample, predictions, result))},
                       {"text_gnd", sample.answer_text.value_or("")},
                       {"answer_id", id},
                       {"model_id", "vrlt"},
                       {"metadata", io::Json::object()}});
  }
  result.files.push_back({"", pretty(answers)});
  return result;
}

}  // namespace vrlt::data
