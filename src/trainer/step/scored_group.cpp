#include "trainer/step/scored_group.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "vrlt/distributed/gathered_records.h"

namespace vrlt::trainer {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// What a reward has read of a response, as far as it is a label: of a grounded answer the option
/// alone.
std::string read_label(const data::Sample& sample, const rewards::ScoredResponse& score) {
  const auto found = std::find_if(score.components.begin(), score.components.end(),
                                  [](const auto& component) { return !component.read.empty(); });
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
  for (const auto& component : score.components)
    row.components.push_back(component.applicable ? component.value : kNan);
  row.truth = truth_label(*scored.sample);
  if (!row.truth.empty()) row.label = read_label(*scored.sample, score);
  return row;
}

}  // namespace

std::string truth_label(const data::Sample& sample) {
  if (sample.answer_option) return std::string(1, static_cast<char>('A' + *sample.answer_option));
  return sample.task == data::Task::kYesNo ? sample.answer_text.value_or("") : "";
}

template <typename Visitor, typename Row>
requires std::is_same_v<std::remove_const_t<Row>, ResponseRow>
void visit_fields(Visitor& visit, Row& row) {
  auto& [position, number, sample_id, components, total, length, truncated, divergence, truth,
         label] = row;
  visit(position, number, sample_id, components, total, length, truncated, divergence, truth,
        label);
}

std::vector<ResponseRow> gather_rows(const std::vector<ResponseRow>& own,
                                     distributed::ProcessGroup& group) {
  auto rows = distributed::gathered_records(own, group);
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.key() < b.key(); });
  return rows;
}

std::vector<ResponseRow> gather_rows(const std::vector<ScoredGroup>& own,
                                     const ByResponse<double>& divergences,
                                     distributed::ProcessGroup& group) {
  std::vector<ResponseRow> rows;
  for (const auto& scored : own)
    for (size_t k = 0; k < scored.scores.size(); ++k) {
      rows.push_back(row_of(scored, k));
      if (!divergences.empty())
        rows.back().divergence = value_of(divergences, rows.back().key(), "divergence");
    }
  return gather_rows(rows, group);
}

}  // namespace vrlt::trainer
