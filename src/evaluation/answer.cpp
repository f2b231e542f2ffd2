#include "vrlt/evaluation/answer.h"

#include <algorithm>

#include "evaluation/sample_scores.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/results.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/rewards/answer_layout.h"

namespace vrlt::evaluation {
namespace {

io::Json to_json(const Metrics& metrics) {
  io::Json json = io::Json::object();
  for (const auto& [name, value] : metrics) json[name] = value;
  return json;
}

const data::PromptEntry* prompt_of(const data::Sample& sample, const Scoring& scoring) {
  return sample.prompt.empty() ? scoring.prompt : &data::find_prompt(sample.prompt);
}

io::Json response_json(const Response& response, const data::Sample& sample,
                       const Scoring& scoring) {
  const auto text = scored_text(sample, response, scoring);
  const auto score = strict_score(sample, response, scoring);
  io::Json json = {{"text", response.text},
                   {"finish", response.truncated ? "length" : "stop"},
                   {"n_gen_tok", response.num_tokens},
                   {"parsed", score.parsed}};
  if (text != response.text) json["read_as"] = text;
  if (scoring.predict_only) return json;
  json["strict"] = {{"score", to_json(score.metrics)},
                    {"reason", score.reason.word},
                    {"format", has_asked_format(sample, response, scoring)}};
  if (scoring.profiles.empty()) return json;
  const auto& profile = *scoring.profiles.front();
  const auto compat = profile.score(sample, text, scoring.seed);
  json["compat"] = {{"profile", profile.name},
                    {"score", to_json(compat.metrics)},
                    {"reason", compat.reason.word}};
  return json;
}

Response parse_response(const io::Json& json) {
  return {json.at("text").get<std::string>(), json.at("finish") == "length",
          json.value("n_gen_tok", int64_t{0})};
}

}  // namespace

Metrics mean_of(const std::vector<SampleScore>& scores) {
  Metrics means;
  std::vector<double> counts;
  for (const auto& score : scores)
    for (const auto& [name, value] : score.metrics) {
      const auto found =
          std::find_if(means.begin(), means.end(),
                       [&, &wanted = name](const auto& metric) { return metric.first == wanted; });
      const auto index = static_cast<size_t>(found - means.begin());
      if (found == means.end()) {
        means.emplace_back(name, 0.0);
        counts.push_back(0.0);
      }
      means[index].second += value;
      counts[index] += 1.0;
    }
  for (size_t i = 0; i < means.size(); ++i) means[i].second /= counts[i];
  return means;
}

std::string scored_text(const data::Sample& sample, const Response& response,
                        const Scoring& scoring) {
  const auto* prompt = prompt_of(sample, scoring);
  return prompt == nullptr ? response.text : data::as_read(*prompt, response.text);
}

SampleScore strict_score(const data::Sample& sample, const Response& response,
                         const Scoring& scoring) {
  const auto* prompt = prompt_of(sample, scoring);
  return find_strict(sample.task)
      .score(sample, scored_text(sample, response, scoring),
             prompt != nullptr && data::opens_thinking(*prompt));
}

bool has_asked_format(const data::Sample& sample, const Response& response,
                      const Scoring& scoring) {
  const auto* prompt = prompt_of(sample, scoring);
  if (prompt == nullptr)
    return rewards::has_layout(response.text, /*think=*/false, data::AnswerTags::kAnswer);
  return rewards::has_asked_layout(response.text, *prompt);
}

std::map<std::string, const Answer*> by_id(const std::vector<Answer>& answers) {
  std::map<std::string, const Answer*> index;
  for (const auto& answer : answers) index[answer.id] = &answer;
  return index;
}

io::Json to_json(const Answer& answer, const data::Sample& sample, const Scoring& scoring) {
  io::Json line = {{"id", answer.id},
                   {"err", answer.error.empty() ? io::Json(nullptr) : io::Json(answer.error)}};
  if (!answer.error.empty()) {
    line.update({{"text", ""},
                 {"finish", "error"},
                 {"n_gen_tok", 0},
                 {"strict", {{"score", io::Json::object()}, {"reason", "infer_error"}}}});
  } else if (answer.responses.size() == 1) {
    line.update(response_json(answer.responses.front(), sample, scoring));
  } else {
    for (const auto& response : answer.responses)
      line["responses"].push_back(response_json(response, sample, scoring));
  }
  return line;
}

io::Json truth_json(const data::Sample& sample) {
  io::Json truth = io::Json::object();
  if (sample.answer_option && !sample.options.empty())
    truth["option"] = concat(static_cast<char>('A' + *sample.answer_option));
  if (sample.answer_text) truth["text"] = *sample.answer_text;
  for (const auto& span : sample.clip_segments())
    truth["spans"].push_back({span.start_seconds, span.end_seconds});
  return truth;
}

io::Json asked_json(const data::Sample& sample) {
  io::Json asked = {{"task", data::to_string(sample.task)}, {"question", sample.question}};
  if (!sample.options.empty()) asked["options"] = sample.options;
  asked["truth"] = truth_json(sample);
  if (!sample.video.empty()) asked["video"] = sample.video;
  return asked;
}

Answer parse_answer(const io::Json& line, const std::string& origin) {
  try {
    Answer answer;
    answer.id = line.at("id").get<std::string>();
    if (line.contains("err") && line["err"].is_string()) {
      answer.error = line["err"].get<std::string>();
    } else if (line.contains("responses")) {
      for (const auto& response : line["responses"])
        answer.responses.push_back(parse_response(response));
      if (answer.responses.empty())
        throw DataError(concat(origin, ": not a line of samples.jsonl: no responses"));
    } else {
      answer.responses.push_back(parse_response(line));
    }
    return answer;
  } catch (const nlohmann::json::exception& error) {
    throw DataError(concat(origin, ": not a line of samples.jsonl: ", error.what()));
  }
}

}  // namespace vrlt::evaluation
