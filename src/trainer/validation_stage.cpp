#include "trainer/validation_stage.h"

#include <chrono>
#include <cstdio>
#include <numeric>

#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/distributed/sharded_blocks.h"

namespace vrlt::trainer {
namespace {

constexpr double kPercent = 100.0;

/// "41.23" of a score in [0, 1].
std::string points(double score) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", kPercent * score);
  return text;
}

/// "[-0.40, 1.20]"
std::string interval(const evaluation::PairedGain& gain) {
  return concat("[", points(gain.low), ", ", points(gain.high), "]");
}

double mean_of(const std::vector<double>& scores) {
  return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
}

/// The first line that a pending validation writes is cut from the log with those behind it.
int64_t logged_steps(const TrainingRun& run, const ValidationState& state) {
  return run.first_step() - (state.pending ? 1 : 0);
}

void add_gain(const std::string& name, const evaluation::PairedGain& gain,
              metrics::MetricSet& metrics) {
  metrics.mean(name, gain.mean);
  metrics.mean(name + "_low", gain.low);
  metrics.mean(name + "_high", gain.high);
}

}  // namespace

ValidationStage::ValidationStage(const TrainingParts& parts, TrainingRun& run, AlarmLog& alarms)
    : parts_(parts),
      run_(run),
      alarms_(alarms),
      state_(validation_state(run.trainer_state())) {
  if (!is_on()) return;
  log_.emplace(parts, "validations.jsonl", logged_steps(run, state_), /*has_every_step=*/false);
  if (state_.best && keeps_best()) run_.keep_checkpoint(state_.best->step);
}

void ValidationStage::begin() {
  if (!is_on()) return;
  const int64_t done = run_.first_step();
  const bool is_first = done == 0 && !state_.best && parts_.config.validation.before;
  if ((is_first || state_.pending) && !validate(done)) run_.stop_before(done, [&] { sync(); });
  if (ended() && done < parts_.config.steps)
    log::info(concat("the run ended after step ", done, ": validation.stop_after is ",
                     parts_.config.validation.stop_after, "; 0 lets it go on"));
}

bool ValidationStage::ended() const {
  const auto patience = parts_.config.validation.stop_after;
  return is_on() && patience > 0 && state_.since_anchor >= patience;
}

void ValidationStage::look_at(int64_t step, std::optional<double> reward) {
  if (!is_on()) return;
  is_new_best_ = false;
  if (reward) {
    state_.reward_sum += *reward;
    ++state_.reward_steps;
    // what the policy of the start earned, seen when its first answers are
    if (state_.best && !state_.best->reward) state_.best->reward = *reward;
  }
  const auto done = step + 1;
  const auto& config = parts_.config;
  if (done % config.validation.every == 0 || done == config.steps) state_.pending = !validate(done);
  store();
}

bool ValidationStage::validate(int64_t steps_done) {
  const auto start = std::chrono::steady_clock::now();
  // Layers that are cut over ranks all come at once: between its prompts a rank talks to others.
  const distributed::WholeBlocks whole(parts_.policy.parameters().sharded_blocks());
  const auto validated = parts_.validate();
  if (run_.stop_asked()) return false;
  auto metrics = validated.metrics;
  metrics.mean("time/validation_seconds",
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  take(steps_done, validated, std::move(metrics));
  return true;
}

void ValidationStage::take(int64_t steps_done, const Validated& validated,
                           metrics::MetricSet metrics) {
  VRLT_CHECK(!validated.scores.empty(), "a validation without scores");
  if (state_.best && state_.best->scores.size() != validated.scores.size())
    throw DataError(concat("validation.records have ", validated.scores.size(),
                           " samples, the validations before had ", state_.best->scores.size()));
  ValidationState::Kept now{.step = steps_done, .scores = validated.scores};
  if (state_.reward_steps > 0)
    now.reward = state_.reward_sum / static_cast<double>(state_.reward_steps);
  const double score = now.score();
  metrics.mean("validation/score", score);
  auto text = concat("validation after step ", steps_done, ": ", points(score));
  is_new_best_ = !state_.best;
  if (state_.best) {
    const auto gain = evaluation::paired_gain(state_.best->scores, now.scores, validated.clusters);
    add_gain("validation/gain", gain, metrics);
    is_new_best_ = gain.mean > 0;
    text += concat(", ", gain.mean > 0 ? "+" : "", points(gain.mean), " ", interval(gain),
                   " over the best so far, of step ", state_.best->step);
    compare_reward(now, gain);
  }
  compare_with_blind(steps_done, validated, metrics);
  move_anchor(now, validated);
  if (is_new_best_) state_.best = now;
  if (keeps_best()) run_.keep_checkpoint(state_.best->step);
  metrics.mean("validation/best_score", state_.best->score());
  metrics.mean("validation/best_step", static_cast<double>(state_.best->step));
  state_.reward_sum = 0.0;
  state_.reward_steps = 0;
  state_.pending = false;
  run_.write_metrics(steps_done, metrics);
  for (const auto& answer : validated.answers) {
    io::Json line = {{"step", steps_done}};
    line.update(answer);
    log_->append(line);
  }
  log::info(text);
  if (ended() && steps_done < parts_.config.steps)
    log::info(concat("the run ends: no sure improvement in ", state_.since_anchor,
                     " validations since that of step ", state_.anchor->step));
  store();
}

/// A slow climb of which no step is sure in itself becomes sure against where it began.
void ValidationStage::move_anchor(const ValidationState::Kept& now, const Validated& validated) {
  const bool is_sure =
      !state_.anchor ||
      evaluation::paired_gain(state_.anchor->scores, now.scores, validated.clusters).low > 0;
  state_.since_anchor = is_sure ? 0 : state_.since_anchor + 1;
  if (is_sure) state_.anchor = now;
}

void ValidationStage::compare_with_blind(int64_t steps_done, const Validated& validated,
                                         metrics::MetricSet& metrics) {
  if (validated.shuffled) {
    metrics.mean("validation/shuffled", mean_of(*validated.shuffled));
    add_gain("validation/over_shuffled",
             evaluation::paired_gain(*validated.shuffled, validated.scores, validated.clusters),
             metrics);
  }
  if (!validated.blind) return;
  const double blind = mean_of(*validated.blind);
  const auto gain = evaluation::paired_gain(*validated.blind, validated.scores, validated.clusters);
  metrics.mean("validation/blind", blind);
  add_gain("validation/over_blind", gain, metrics);
  // of a model that answers nothing right neither says anything
  if (steps_done > 0 && blind > 0 && gain.low <= 0)
    tell(steps_done, "validation/blind",
         concat("validation is at ", points(mean_of(validated.scores)), " and without images and ",
                "video at ", points(blind), ", a difference of ", points(gain.mean), " ",
                interval(gain), ": the model answers without looking"));
}

/// A reward that rises while the task surely gets worse is paid for something else.
void ValidationStage::compare_reward(const ValidationState::Kept& now,
                                     const evaluation::PairedGain& gain) {
  const auto& before = state_.best->reward;
  if (!now.reward || !before || *now.reward <= *before || gain.high >= 0) return;
  char rise[96];
  std::snprintf(rise, sizeof rise, "from %.4g to %.4g", *before, *now.reward);
  tell(now.step, "validation/reward",
       concat("the reward rose ", rise, " while validation fell by ", points(-gain.mean), " ",
              interval(gain), " from the best, of step ", state_.best->step,
              ": the policy earns it with something else than the task; validations.jsonl and ",
              "rollouts.jsonl show with what"));
}

void ValidationStage::tell(int64_t steps_done, const char* kind, const std::string& text) {
  if (state_.told.insert(kind).second)
    alarms_.tell(steps_done, {{kind, concat("step ", steps_done, ": ", text)}});
}

void ValidationStage::store() { run_.trainer_state()["validation"] = to_json(state_); }

void ValidationStage::summarize() const {
  if (!is_on() || !state_.best) return;
  const auto& best = *state_.best;
  const auto where = best.step == 0 ? std::string(", the model that the run began with")
                     : keeps_best()
                         ? concat(": ", (parts_.run_folder / "checkpoints" / "best").string())
                         : std::string();
  log::info(
      concat("the best validation is ", points(best.score()), ", of step ", best.step, where));
}

}  // namespace vrlt::trainer
