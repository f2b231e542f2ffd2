#include "trainer/log/training_watch.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

/// The value that a component has in every row that it applies to; none if there are several, or no
/// row.
std::optional<double> only_value(const std::vector<ResponseRow>& rows, size_t component) {
  std::optional<double> only;
  for (const auto& row : rows) {
    const double value = row.components[component];
    if (std::isnan(value)) continue;
    if (only && *only != value) return {};
    only = value;
  }
  return only;
}

bool applies(const std::vector<ResponseRow>& rows, size_t component) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return !std::isnan(row.components[component]); });
}

int64_t percent(size_t part, size_t whole) {
  return std::llround(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

TrainingWatch::TrainingWatch(const settings::RolloutSection& rollout, const io::Json& state)
    : max_new_tokens_(rollout.max_new_tokens), group_size_(rollout.group_size) {
  if (state.is_null()) return;
  try {
    for (const auto& [name, constant] : state.at("constants").items())
      constants_[name] = {constant.at("value").get<double>(), constant.at("steps").get<int64_t>()};
    last_label_ = state.at("last_label").get<std::string>();
    last_truth_ = state.at("last_truth").get<std::string>();
    same_answers_ = state.at("same_answers").get<int64_t>();
    truths_differ_ = state.at("truths_differ").get<bool>();
    steps_seen_ = state.at("steps_seen").get<std::map<std::string, int64_t>>();
  } catch (const nlohmann::json::exception& error) {
    throw CheckpointError(concat(
        "what a checkpoint says of constant rewards and answers cannot be read: ", error.what()));
  }
}

io::Json TrainingWatch::state() const {
  io::Json constants = io::Json::object();
  for (const auto& [name, constant] : constants_)
    constants[name] = {{"value", constant.value}, {"steps", constant.steps}};
  return {{"constants", constants},          {"last_label", last_label_},
          {"last_truth", last_truth_},       {"same_answers", same_answers_},
          {"truths_differ", truths_differ_}, {"steps_seen", steps_seen_}};
}

void TrainingWatch::see(const std::string& kind, const std::string& text) {
  if (++steps_seen_[kind] == 1) fresh_.push_back({kind, text});
}

std::vector<TrainingAlarm> TrainingWatch::look_at(int64_t step,
                                                  const std::vector<ResponseRow>& rows,
                                                  const std::vector<rewards::RewardTerm>& terms) {
  fresh_.clear();
  if (rows.empty()) return {};
  look_at_rewards(rows, terms);
  look_at_lengths(rows);
  look_at_answers(rows);
  for (auto& alarm : fresh_) alarm.text = concat("step ", step + 1, ": ", alarm.text);
  return fresh_;
}

void TrainingWatch::look_at_rewards(const std::vector<ResponseRow>& rows,
                                    const std::vector<rewards::RewardTerm>& terms) {
  for (size_t c = 0; c < terms.size(); ++c) {
    if (!applies(rows, c)) continue;  // says nothing about it
    const auto value = only_value(rows, c);
    auto& constant = constants_[terms[c].name];
    const bool goes_on = value && (constant.steps == 0 || constant.value == *value);
    constant = {value.value_or(0.0), value ? (goes_on ? constant.steps + 1 : 1) : 0};
    if (constant.steps >= kConstantSteps)
      see("constant/" + terms[c].name,
          concat("reward/", terms[c].name, " was ", constant.value,
                 " in all responses of the last ", constant.steps, " steps and taught nothing",
                 constant.value > 0 ? "" : ": does the prompt ask for what it wants?"));
  }
}

void TrainingWatch::look_at_lengths(const std::vector<ResponseRow>& rows) {
  const auto truncated = static_cast<size_t>(
      std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.truncated; }));
  if (2 * truncated > rows.size())
    see("truncated",
        concat(percent(truncated, rows.size()), " % of responses end at rollout.max_new_tokens (",
               max_new_tokens_, "), before their answer perhaps; raise it"));
}

/// Truths that are all the same are another alarm: there the same answer is right.
void TrainingWatch::look_at_answers(const std::vector<ResponseRow>& rows) {
  const auto size = static_cast<size_t>(group_size_);
  for (size_t begin = 0; begin + size <= rows.size(); begin += size) {
    const auto first = rows.begin() + static_cast<ptrdiff_t>(begin),
               end = first + static_cast<ptrdiff_t>(size);
    if (first->truth.empty()) continue;
    const bool one = !first->label.empty() && std::all_of(first, end, [&](const auto& row) {
      return row.label == first->label;
    });
    const bool goes_on = one && same_answers_ > 0 && first->label == last_label_;
    truths_differ_ = goes_on && (truths_differ_ || first->truth != last_truth_);
    same_answers_ = one ? (goes_on ? same_answers_ + 1 : 1) : 0;
    last_label_ = first->label;
    last_truth_ = first->truth;
  }
  if (same_answers_ >= kSameAnswers && truths_differ_)
    see("answers", concat("all answers to the last ", same_answers_, " prompts with options are ",
                          last_label_, ", whatever is right"));
}

std::vector<TrainingAlarm> TrainingWatch::summary(int64_t steps_done) const {
  std::vector<TrainingAlarm> alarms;
  for (const auto& [kind, steps] : steps_seen_) {
    if (steps < 2) continue;
    const auto what =
        kind == "truncated"
            ? concat("most responses ended at rollout.max_new_tokens (", max_new_tokens_, ")")
        : kind == "answers" ? concat("all answers to the last ", kSameAnswers,
                                     " prompts with options and more were the same")
                            : concat("reward/", kind.substr(kind.find('/') + 1),
                                     " had been the same for ", kConstantSteps, " steps");
    alarms.push_back({kind, concat(what, " in ", steps, " of ", steps_done, " steps")});
  }
  return alarms;
}

}  // namespace vrlt::trainer
