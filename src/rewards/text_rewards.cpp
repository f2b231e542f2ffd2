#include "rewards/text_rewards.h"

#include <cmath>

#include "rewards/number_scores.h"
#include "rewards/prediction.h"
#include "vrlt/config/fields.h"
#include "vrlt/core/error.h"
#include "vrlt/reading/peers/answer_limits.h"
#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"
#include "vrlt/rewards/word_scores.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

using data::ProblemType;

/// Whether the record asks for this kind of answer, or names no kind.
bool asks_for(const data::Sample& sample, ProblemType type) {
  return sample.task == data::Task::kOpen && sample.answer_text &&
         sample.problem_type.value_or(type) == type;
}

/// Every open question has a reward: what is of no kind that another reward knows is free text.
bool asks_for_text(const data::Sample& sample) {
  if (!sample.answer_text) return false;
  if (sample.task == data::Task::kCaption) return true;
  return sample.task == data::Task::kOpen && !sample.asks_for_number() &&
         sample.problem_type != ProblemType::kOcr;
}

/// What Video-R1 takes for the answer: the first block, trimmed, or nothing.
std::string_view first_answer(const RewardInput& input) {
  const auto block = first_block(input.text, kAnswer, kAnswerEnd);
  return block ? unicode_trim(*block) : std::string_view();
}

std::string excerpt(std::string_view text) {
  constexpr size_t kShown = 80;
  return text.size() <= kShown ? std::string(text) : std::string(text.substr(0, kShown)) + "..";
}

struct TolerancesOfRecord {
  NumberTolerance tolerance;
  bool given = false;
};

TolerancesOfRecord tolerances(const data::Sample& sample) {
  TolerancesOfRecord result;
  const auto record = sample.record.json();
  const auto read = [&](const char* key, double& value) {
    const auto given = record.is_object() ? record.value(key, io::Json()) : io::Json();
    if (!given.is_number()) return;
    value = given.get<double>();
    result.given = true;
  };
  read("absolute_tolerance", result.tolerance.absolute);
  read("relative_tolerance", result.tolerance.relative);
  return result;
}

/// Reads the number of the answer, then scores it with `score(predicted, truth)`. A truth that is
/// no number is another kind of question.
template <typename Score>
RewardOutput score_number(const RewardInput& input, const RewardOptions& options, ProblemType type,
                          const Score& score) {
  if (!asks_for(input.sample, type)) return kNotApplicable;
  const auto truth = parse_decimal(*input.sample.answer_text);
  if (!truth) return kNotApplicable;
  const auto number = reading::read_number(response_of(input, options));
  if (!number) return failure(number.reason);
  const double value = score(*number, *truth);
  return {.value = value,
          .reason = value > 0 ? reading::Reason::kOk : reading::Reason::kWrong,
          .read = concat(*number)};
}

/// The words of an answer; none are an answer too.
reading::Read<std::string> read_words(const RewardInput& input, const RewardOptions& options) {
  auto text = reading::read_text(response_of(input, options));
  return text.reason == reading::Reason::kEmpty ? reading::Read<std::string>(std::string()) : text;
}

RewardOutput score_words(std::string_view answer, const data::Sample& sample, bool stem) {
  const auto scores = bounded_rouge(answer, *sample.answer_text, stem);
  if (!scores) return failure(reading::Reason::kTooLong);
  return {.value = scores->mean(),
          .read = excerpt(answer),
          .extra = {
              {"rouge1", scores->rouge1}, {"rouge2", scores->rouge2}, {"rougeL", scores->rouge_l}}};
}

}  // namespace

void visit_fields(config::FieldVisitor& v, RougeParameters& c) {
  v.field({.name = "rouge_stemmer", .help = "rouge compares Porter stems"}, c.stemmer);
}

RewardOutput rouge_reward(const RewardInput& input, const RewardOptions& options,
                          const RougeParameters& parameters) {
  if (!asks_for_text(input.sample)) return kNotApplicable;
  const auto answer = read_words(input, options);
  if (!answer) return failure(answer.reason);
  return score_words(*answer, input.sample, parameters.stemmer);
}

RewardOutput rouge_videor1_reward(const RewardInput& input, const RewardOptions&) {
  return asks_for_text(input.sample) ? score_words(first_answer(input), input.sample, /*stem=*/true)
                                     : kNotApplicable;
}

RewardOutput numeric_reward(const RewardInput& input, const RewardOptions& options) {
  return score_number(
      input, options, ProblemType::kNumerical, [&](double predicted, double truth) {
        const auto [tolerance, given] = tolerances(input.sample);
        if (truth == std::floor(truth) && !given) return predicted == truth ? 1.0 : 0.0;
        return is_close(predicted, truth, tolerance) ? 1.0 : 0.0;
      });
}

RewardOutput numeric_videor1_reward(const RewardInput& input, const RewardOptions&) {
  if (!asks_for(input.sample, ProblemType::kNumerical)) return kNotApplicable;
  const auto answer = first_answer(input);
  if (answer.size() > kMaxAnswerBytes) return failure(reading::Reason::kTooLong);
  return right_or_wrong(equal_as_videor1(answer, *input.sample.answer_text), excerpt(answer));
}

RewardOutput regression_reward(const RewardInput& input, const RewardOptions& options) {
  return score_number(
      input, options, ProblemType::kRegression, [&](double predicted, double truth) {
        return regression_score(predicted, truth, tolerances(input.sample).tolerance);
      });
}

RewardOutput regression_videor1_reward(const RewardInput& input, const RewardOptions&) {
  if (!asks_for(input.sample, ProblemType::kRegression)) return kNotApplicable;
  const auto answer = first_answer(input);
  if (answer.size() > kMaxAnswerBytes) return failure(reading::Reason::kTooLong);
  const auto value = regression_as_videor1(answer, *input.sample.answer_text);
  return value ? RewardOutput{.value = *value, .read = excerpt(answer)}
               : failure(reading::Reason::kNoNumber);
}

RewardOutput mean_relative_accuracy_reward(const RewardInput& input, const RewardOptions& options) {
  return score_number(
      input, options, ProblemType::kRegression, [&](double predicted, double truth) {
        return mean_relative_accuracy(predicted, truth, tolerances(input.sample).tolerance);
      });
}

RewardOutput ocr_reward(const RewardInput& input, const RewardOptions& options) {
  if (!asks_for(input.sample, ProblemType::kOcr)) return kNotApplicable;
  const auto answer = read_words(input, options);
  if (!answer) return failure(answer.reason);
  const auto hypothesis = words_of(*answer), reference = words_of(*input.sample.answer_text);
  if (hypothesis.size() > kMaxWords || reference.size() > kMaxWords)
    return failure(reading::Reason::kTooLong);
  return {.value = word_accuracy(hypothesis, reference), .read = excerpt(*answer)};
}

}  // namespace vrlt::rewards
