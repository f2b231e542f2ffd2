#include "trainer/scored_group.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "vrlt/io/own_json.h"

namespace vrlt::trainer {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// NaN is null in JSON.
double number_or_nan(const io::Json& value) { return value.is_null() ? kNan : value.get<double>(); }

io::Json to_json(const ResponseRow& row) {
  return {row.position, row.number, row.sample_id, row.components, row.total, row.length, row.truncated, row.divergence, row.truth, row.label};
}

ResponseRow row_of(const io::Json& json) {
  ResponseRow row{.position = json[0].get<int64_t>(),
                  .number = json[1].get<int64_t>(),
                  .sample_id = json[2].get<std::string>(),
                  .total = number_or_nan(json[4]),
                  .length = json[5].get<int64_t>(),
                  .truncated = json[6].get<bool>(),
                  .divergence = number_or_nan(json[7]),
                  .truth = json[8].get<std::string>(),
                  .label = json[9].get<std::string>()};
  for (const auto& component : json[3]) row.components.push_back(number_or_nan(component));
  return row;
}

/// What a reward has read of a response, as far as it is a label: of a grounded answer the option alone.
std::string read_label(const data::Sample& sample, const rewards::ScoredResponse& score) {
  const auto found = std::find_if(score.components.begin(), score.components.end(), [](const auto& component) { return !component.read.empty(); });
  if (found == score.components.end()) return {};
  return sample.options.empty() ? found->read : found->read.substr(0, 1);
}

ResponseRow row_of(const ScoredGroup& scored, size_t number) {
  const auto& score = scored.scores[number];
  const auto& response = scored.group.responses[number];
  ResponseRow row{.position = scored.position,
                  .number = static_cast<int64_t>(number),
                  .sample_id = scored.sample->id,
                  .total = score.scorable ? score.total : kNan,
                  .length = static_cast<int64_t>(response.ids.size()),
                  .truncated = response.truncated};
  for (const auto& component : score.components) row.components.push_back(component.applicable ? component.value : kNan);
  row.truth = truth_label(*scored.sample);
  if (!row.truth.empty()) row.label = read_label(*scored.sample, score);
  return row;
}

}  // namespace

std::string truth_label(const data::Sample& sample) {
  if (sample.answer_option) return std::string(1, static_cast<char>('A' + *sample.answer_option));
  return sample.task == data::Task::kYesNo ? sample.answer_text.value_or("") : "";
}

std::vector<ResponseRow> gather_rows(const std::vector<ResponseRow>& own, distributed::ProcessGroup& group) {
  io::Json lines = io::Json::array();
  for (const auto& row : own) lines.push_back(to_json(row));
  std::vector<ResponseRow> rows;
  for (const auto& text : group.all_gather(io::to_line(lines)))
    for (const auto& line : io::parse_json(text, "responses of a rank", io::kOwnJson)) rows.push_back(row_of(line));
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return std::pair(a.position, a.number) < std::pair(b.position, b.number); });
  return rows;
}

std::vector<ResponseRow> gather_rows(const std::vector<ScoredGroup>& own, const std::vector<double>& divergences, distributed::ProcessGroup& group) {
  std::vector<ResponseRow> rows;
  for (const auto& scored : own)
    for (size_t k = 0; k < scored.scores.size(); ++k) {
      rows.push_back(row_of(scored, k));
      if (!divergences.empty()) rows.back().divergence = divergences[rows.size() - 1];
    }
  return gather_rows(rows, group);
}

}  // namespace vrlt::trainer
