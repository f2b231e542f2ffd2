#include "data/exporters/submissions.h"

#include "data/exporters/export_parts.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

io::Json to_json(const Interval& span) {
  return io::Json::array({span.start_seconds, span.end_seconds});
}

std::string raw_answer(const Sample& sample) {
  const auto raw = sample.record["answer_raw"];
  return raw.is_string() ? raw.get<std::string>() : sample.answer_text.value_or("");
}

}  // namespace

Export export_grounding(const std::vector<const Sample*>& samples, const Predictions& predictions) {
  constexpr const char* kSeparator = ">>>";
  Export result;
  io::Json texts = io::Json::object();
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto& sentence = raw_question(sample);
    if (sentence.find(kSeparator) != std::string::npos)
      result.notes.push_back(sample.id + ": the sentence holds >>>, which the script splits at");
    if (const auto* prediction = find_prediction(predictions, sample, result))
      texts[concat(native(sample, "video"), kSeparator, sentence, kSeparator,
                   native(sample, "timestamp_text"))] = prediction->text;
  }
  result.files.push_back({"", pretty(texts)});
  return result;
}

Export export_nextgqa(const std::vector<const Sample*>& samples, const Predictions& predictions) {
  constexpr int64_t kNoOption = -1;
  Export result;
  io::Json spans = io::Json::object(), options = io::Json::object();
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto* prediction = find_prediction(predictions, sample, result);
    const auto key = native(sample, "vid") + "_" + native(sample, "qid");
    const int64_t option =
        prediction == nullptr ? kNoOption : prediction->option.value_or(kNoOption);
    options[key] = {
        {"prediction", option},
        {"answer", sample.answer_option ? io::Json(*sample.answer_option) : io::Json(nullptr)}};
    if (prediction == nullptr) continue;
    if (prediction->span) spans[key] = to_json(*prediction->span);
    if (!prediction->span || option == kNoOption)
      result.notes.push_back(sample.id + ": the answer has no span or no option that can be read");
  }
  result.files = {{"grounding.json", pretty(spans)}, {"qa.json", pretty(options)}};
  return result;
}

Export export_rextime(const std::vector<const Sample*>& samples, const Predictions& predictions) {
  Export result;
  std::string lines;
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto* prediction = find_prediction(predictions, sample, result);
    const auto span = prediction != nullptr && prediction->span ? *prediction->span : Interval{};
    const auto answer =
        prediction != nullptr && prediction->option ? letter(*prediction->option) : "";
    lines += io::to_line({{"qid", native(sample, "qid")},
                          {"pred_relevant_windows", io::Json::array({to_json(span)})},
                          {"ans", answer}}) +
             "\n";
  }
  result.files.push_back({"", lines});
  return result;
}

Export export_tempcompass(const std::vector<const Sample*>& samples,
                          const Predictions& predictions) {
  Export result;
  std::map<std::string, io::Json> files;
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto* prediction = find_prediction(predictions, sample, result);
    files[group(sample, "tc_task")][native(sample, "video_id")][group(sample, "dim")].push_back(
        {{"question", raw_question(sample)},
         {"answer", raw_answer(sample)},
         {"prediction", prediction == nullptr ? io::Json(nullptr) : io::Json(prediction->text)}});
  }
  for (const auto& [task, videos] : files) result.files.push_back({task + ".json", pretty(videos)});
  return result;
}

Export export_mvbench(const std::vector<const Sample*>& samples, const Predictions& predictions) {
  Export result;
  std::map<std::string, std::pair<int64_t, int64_t>> counts;
  io::Json list = io::Json::array(), accuracy = io::Json::object();
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto right_option = right_letter(sample);
    const auto* prediction = find_prediction(predictions, sample, result);
    if (prediction == nullptr) continue;
    auto& [right, all] = counts[group(sample, "sub_task")];
    right += prediction->option == sample.answer_option;
    ++all;
    const auto& text = sample.options[static_cast<size_t>(*sample.answer_option)];
    list.push_back({{"pred", prediction->text}, {"gt", concat("(", right_option, ") ", text)}});
  }
  for (const auto& [sub_task, count] : counts) accuracy[sub_task] = {count.first, count.second};
  result.files.push_back({"", pretty({{"acc_dict", accuracy}, {"res_list", list}})});
  return result;
}

}  // namespace vrlt::data
