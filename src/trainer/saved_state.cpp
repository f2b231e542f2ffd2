#include "trainer/saved_state.h"

#include "vrlt/core/error.h"
#include "vrlt/io/own_fields.h"
#include "vrlt/io/own_json.h"

namespace vrlt::trainer {

io::Json to_json(const SavedState& state) {
  io::Json json = {{"step", state.step},
                   {"updates", state.updates},
                   {"skipped_in_a_row", state.skipped_in_a_row},
                   {"bad_samples", state.bad_samples}};
  if (!state.trainer.empty()) json["trainer"] = state.trainer;
  return json;
}

SavedState read_state(const std::filesystem::path& checkpoint_folder, int64_t step,
                      int64_t updates_per_step) {
  const auto path = checkpoint_folder / "state.json";
  const auto json = io::read_json(path, io::kOwnJson);
  const io::OwnFields fields(json, path.string());
  SavedState state{.step = fields.integer("step"),
                   .updates = fields.integer_or("updates", step * updates_per_step),
                   .skipped_in_a_row = fields.integer_or("skipped_in_a_row", 0)};
  if (state.step != step)
    fields.fail("step", concat(step, ", as the folder of the checkpoint says"));
  for (auto& id : fields.texts("bad_samples")) state.bad_samples.insert(std::move(id));
  if (fields.has("trainer")) state.trainer = fields.object("trainer");
  return state;
}

}  // namespace vrlt::trainer
