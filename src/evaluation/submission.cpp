#include "evaluation/submission.h"

#include <filesystem>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/data/exporter_table.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/io/files.h"

namespace vrlt::evaluation {
namespace fs = std::filesystem;
namespace {

using Samples = std::vector<const data::Sample*>;
using Answers = std::vector<Answer>;

constexpr int kIndent = 4;  // as the originals

/// A field of the record or of its "native" part, as text; `otherwise` if it is not there.
std::string text_of(const data::Sample& sample, const char* key, const std::string& otherwise) {
  for (const auto* object : {&sample.record, sample.record.contains("native") ? &sample.record["native"] : nullptr})
    if (object != nullptr && object->is_object() && object->contains(key) && (*object)[key].is_string()) return (*object)[key].get<std::string>();
  return otherwise;
}

std::string behind_last_slash(const std::string& text) { return text.substr(text.rfind('/') + 1); }

/// Calls `visit(sample, text)` for what was answered, in the order of the samples.
template <typename Visit>
void for_each_answer(const Samples& samples, const Answers& answers, const Visit& visit) {
  std::map<std::string, const Answer*> by_id;
  for (const auto& answer : answers) by_id[answer.id] = &answer;
  for (const auto* sample : samples) {
    const auto found = by_id.find(sample->id);
    if (found != by_id.end() && !found->second->responses.empty()) visit(*sample, found->second->responses.front().text);
  }
}

void write_json(const fs::path& path, const io::Json& json) {
  io::write_file_atomic(path, json.dump(kIndent, ' ', /*ensure_ascii=*/true, io::Json::error_handler_t::replace) + "\n");
}

/// [s, e] as Python prints it.
std::string python_list(const Interval& span) {
  const auto number = [](double value) { return io::Json(value).dump(); };
  return concat("[", number(span.start_seconds), ", ", number(span.end_seconds), "]");
}

/// The first span that was read, in seconds of the file; null if none was.
io::Json file_span(const data::Sample& sample, const io::Json& parsed) {
  const auto span = parsed.value("span", io::Json());
  if (!span.is_array()) return nullptr;
  return {span[0].get<double>() + sample.clip_start, span[1].get<double>() + sample.clip_start};
}

std::string letter(int64_t option) { return concat(static_cast<char>('A' + option)); }

/// The one file of an exporter that needs the texts only.
void write_export(const char* exporter, const Samples& samples, const Answers& answers, const fs::path& path) {
  data::Predictions predictions;
  for_each_answer(samples, answers, [&](const data::Sample& sample, const std::string& text) { predictions[sample.id].text = text; });
  std::vector<data::Sample> records;
  for (const auto* sample : samples) records.push_back(*sample);
  io::write_file_atomic(path, data::find_exporter(exporter).write(records, predictions).files.front().bytes);
}

}  // namespace

void write_grounding_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  io::Json dictionary = io::Json::object();
  for_each_answer(samples, answers, [&](const data::Sample& sample, const std::string& text) {
    const auto video = text_of(sample, "video_id", behind_last_slash(sample.video));
    const auto caption = text_of(sample, "query_raw", sample.question);
    const auto times = sample.segments.empty() ? std::string("[]") : python_list(sample.segments.front());
    dictionary[concat(video, ">>>", caption, ">>>", text_of(sample, "timestamp_text", times))] = text;
  });
  const std::string bench = samples.empty() ? "" : samples.front()->bench;
  write_json(folder / concat("inference_results_temporal_grounding_", bench == "charades_sta" ? "charades" : "activitynet", ".json"), dictionary);
}

void write_nextgqa_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  constexpr int64_t kNoOption = -1;
  io::Json spans = io::Json::object(), options = io::Json::object();
  for (const auto* sample : samples)
    options[behind_last_slash(sample->id)] = {{"prediction", kNoOption},
                                              {"answer", sample->answer_option ? io::Json(*sample->answer_option) : io::Json(nullptr)}};
  for_each_answer(samples, answers, [&](const data::Sample& sample, const std::string& text) {
    const auto parsed = find_strict(sample.task).score(sample, text).parsed;
    const auto key = behind_last_slash(sample.id);
    if (auto span = file_span(sample, parsed); !span.is_null()) spans[key] = std::move(span);
    if (!parsed["option"].is_null()) options[key]["prediction"] = parsed["option"];
  });
  write_json(folder / "nextgqa_grounding.json", spans);
  write_json(folder / "nextgqa_qa.json", options);
}

void write_rextime_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  std::map<std::string, std::string> text_of_id;
  for_each_answer(samples, answers, [&](const data::Sample& sample, const std::string& text) { text_of_id[sample.id] = text; });
  std::string lines;
  for (const auto* sample : samples) {
    const auto parsed = find_strict(sample->task).score(*sample, text_of_id[sample->id]).parsed;
    const auto span = file_span(*sample, parsed);
    const auto option = parsed["option"].is_null() ? std::string() : letter(parsed["option"].get<int64_t>());
    lines += io::to_line({{"qid", behind_last_slash(sample->id)},
                          {"pred_relevant_windows", io::Json::array({span.is_null() ? io::Json({0, 0}) : span})},
                          {"ans", option}}) +
             "\n";
  }
  io::write_file_atomic(folder / "rextime_submission.jsonl", lines);
}

void write_tempcompass_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  if (samples.empty()) return;
  constexpr std::pair<data::Task, const char*> kFiles[] = {{data::Task::kMultipleChoice, "multi-choice.json"},
                                                           {data::Task::kYesNo, "yes_no.json"},
                                                           {data::Task::kCaptionMatch, "caption_matching.json"},
                                                           {data::Task::kCaption, "captioning.json"}};
  io::Json predictions = io::Json::object();
  for_each_answer(samples, answers, [&](const data::Sample& sample, const std::string& text) {
    const auto dim = sample.groups.find("dim");
    io::Json item = {
        {"question", text_of(sample, "query_raw", sample.question)}, {"answer", text_of(sample, "answer_raw", "")}, {"prediction", text}};
    predictions[fs::path(sample.video).stem().string()][dim == sample.groups.end() ? "" : dim->second].push_back(std::move(item));
  });
  for (const auto& [task, file] : kFiles)
    if (samples.front()->task == task) write_json(folder / file, predictions);
}

void write_mvbench_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  io::Json accuracies = io::Json::object(), results = io::Json::array();
  for_each_answer(samples, answers, [&](const data::Sample& sample, const std::string& text) {
    const auto group = sample.groups.find("sub_task");
    auto& pair = accuracies[group == sample.groups.end() ? "" : group->second];
    if (pair.is_null()) pair = {0, 0};
    const auto score = find_strict(sample.task).score(sample, text);
    pair[0] = pair[0].get<int64_t>() + (!score.metrics.empty() && score.metrics.front().second == 1.0 ? 1 : 0);
    pair[1] = pair[1].get<int64_t>() + 1;
    const auto right = sample.answer_option.value_or(0);
    results.push_back({{"pred", text}, {"gt", concat("(", letter(right), ") ", sample.options[static_cast<size_t>(right)])}});
  });
  write_json(folder / "mvbench.json", {{"acc_dict", accuracies}, {"res_list", results}});
}

void write_videomme_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  write_export("videomme", samples, answers, folder / "videomme_output.json");
}

void write_mmvu_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  write_export("mmvu_mc", samples, answers, folder / "mmvu_mc_output.json");
}

void write_anet_rtl_submission(const Samples& samples, const Answers& answers, const fs::path& folder) {
  write_export("anet_rtl", samples, answers, folder / "anet_rtl_answers.json");
}

}  // namespace vrlt::evaluation
