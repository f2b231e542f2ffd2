#include "trainer/validation_state.h"

#include <cmath>
#include <numeric>

#include "vrlt/core/error.h"
#include "vrlt/io/own_fields.h"

namespace vrlt::trainer {
namespace {

constexpr const char* kKey = "validation";

io::Json to_json(const ValidationState::Kept& kept) {
  io::Json json = {{"step", kept.step}, {"scores", kept.scores}};
  if (kept.reward) json["reward"] = *kept.reward;
  return json;
}

ValidationState::Kept kept_of(const io::Json& json, const std::string& place) {
  const io::OwnFields fields(json, place);
  ValidationState::Kept kept{.step = fields.integer("step")};
  for (const auto& score : fields.list("scores")) {
    if (!score.is_number() || !std::isfinite(score.get<double>()))
      fields.fail("scores", "finite numbers");
    kept.scores.push_back(score.get<double>());
  }
  if (kept.scores.empty()) fields.fail("scores", "a score of each sample");
  if (fields.has("reward")) kept.reward = fields.number("reward");
  return kept;
}

}  // namespace

double ValidationState::Kept::score() const {
  return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
}

io::Json to_json(const ValidationState& state) {
  io::Json json = {{"since_anchor", state.since_anchor},
                   {"reward_sum", state.reward_sum},
                   {"reward_steps", state.reward_steps},
                   {"pending", state.pending ? 1 : 0},
                   {"told", state.told}};
  if (state.best) json["best"] = to_json(*state.best);
  if (state.anchor) json["anchor"] = to_json(*state.anchor);
  return json;
}

ValidationState validation_state(const io::Json& trainer_state) {
  if (!trainer_state.contains(kKey)) return {};
  const auto& json = trainer_state.at(kKey);
  const io::OwnFields fields(json, "validation of a checkpoint's state");
  ValidationState state{.since_anchor = fields.integer("since_anchor"),
                        .reward_sum = fields.number("reward_sum"),
                        .reward_steps = fields.integer("reward_steps"),
                        .pending = fields.integer("pending") != 0};
  for (auto& kind : fields.texts("told")) state.told.insert(std::move(kind));
  if (fields.has("best")) state.best = kept_of(fields.object("best"), fields.place_of("best"));
  if (fields.has("anchor"))
    state.anchor = kept_of(fields.object("anchor"), fields.place_of("anchor"));
  return state;
}

}  // namespace vrlt::trainer
