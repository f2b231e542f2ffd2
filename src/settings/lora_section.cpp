#include "vrlt/settings/lora_section.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/core/joined.h"
#include "vrlt/io/folders.h"
#include "vrlt/model/adapter_config.h"
#include "vrlt/model/model_choices.h"

namespace vrlt::settings {
namespace fs = std::filesystem;
namespace {

std::string unknown_target(const std::string& name, const model::ModelDefaults& family) {
  const auto& of_vision = family.vision_modules;
  const bool is_vision = std::find(of_vision.begin(), of_vision.end(), name) != of_vision.end() ||
                         name.starts_with("visual.");
  if (is_vision)
    return concat("\"", name, "\" is of the vision tower, which has no adapter; targets are ",
                  joined(model::LoraConfig::every_target()), " of the decoder");
  const auto near = config::nearest_name(name, model::LoraConfig::every_target());
  return concat("unknown target \"", name, "\", expected some of ",
                joined(model::LoraConfig::every_target()),
                near.empty() ? "" : concat("; did you mean \"", near, "\"?"));
}

/// Where a key of the section and the adapter's own differ.
void check_against(const model::LoraConfig& lora, const std::string& folder,
                   const model::LoraConfig& own, const config::KeyLocations& locations,
                   std::vector<std::string>& problems) {
  const auto refuse = [&](const char* key, const auto& wanted, const auto& found) {
    problems.push_back(concat(place_of(key, locations), ": ", wanted, ", and the adapter ", folder,
                              " has ", found,
                              "; remove the key to go on with the adapter, or "
                              "model.adapter to begin another one"));
  };
  const auto yes_or_no = [](bool value) { return value ? "true" : "false"; };
  if (lora.rank != own.rank) refuse("lora.rank", concat("rank is ", lora.rank), own.rank);
  if (lora.alpha != own.alpha) refuse("lora.alpha", concat("alpha is ", lora.alpha), own.alpha);
  if (lora.rslora != own.rslora)
    refuse("lora.rslora", concat("rslora is ", yes_or_no(lora.rslora)), yes_or_no(own.rslora));
  auto same = lora;
  same.targets = own.targets;
  if (!(same == lora))
    refuse("lora.targets", concat("targets are ", joined(lora.targets)), joined(own.targets));
}

/// Checkpoints are found by a run folder or by one of their own.
std::string adapter_near(const fs::path& folder) {
  if (io::exists(folder / "adapter" / model::kAdapterConfigFile))
    return (folder / "adapter").string();
  std::string newest;
  for (const auto& step : io::list_folder(folder / "checkpoints"))
    if (io::exists(step / "adapter" / model::kAdapterConfigFile))
      newest = (step / "adapter").string();
  return newest;
}

}  // namespace

void visit_lora(config::FieldVisitor& v, model::LoraConfig& c) {
  v.field({.name = "rank",
           .help = "of the adapter that is trained in place of the weights (LoRA); 0: train the "
                   "weights",
           .min = 0,
           .max = 1 << 16},
          c.rank);
  if (!c.is_on() && !v.wants_fields_without_effect()) return;
  v.field({.name = "alpha",
           .help = "what the adapter adds is multiplied by alpha / rank",
           .min = 1e-6,
           .max = 1e6},
          c.alpha);
  v.field({.name = "rslora", .help = "by alpha / sqrt(rank) instead"}, c.rslora);
  v.field({.name = "targets",
           .help = "matrices of each decoder layer that get an adapter: q_proj, k_proj, v_proj, "
                   "o_proj, gate_proj, up_proj, down_proj"},
          c.targets);
}

model::LoraConfig adapter_of(const ModelSection& model) {
  if (model.adapter.empty()) return {};
  try {
    return model::read_adapter(model.adapter).lora;
  } catch (const Error&) {  // told by check_adapter_folder()
    return {};
  }
}

void set_adapter_defaults(const ModelSection& model, model::LoraConfig& lora) {
  if (const auto own = adapter_of(model); own.is_on()) lora = own;
}

std::vector<std::string> check(const model::LoraConfig& lora, const ModelSection& model,
                               const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  const auto refuse = [&](const char* key, const auto&... parts) {
    problems.push_back(concat(place_of(key, locations), ": ", parts...));
  };
  for (const auto& name : lora.targets)
    if (!model::LoraConfig().has_target(name))
      refuse("lora.targets", unknown_target(name, model::family_of(model.path).defaults));
  if (const auto own = adapter_of(model); own.is_on())
    check_against(lora, model.adapter, own, locations, problems);
  if (!lora.is_on()) {
    if (model.adapter.empty())
      for (const char* key : {"lora.alpha", "lora.rslora", "lora.targets"})
        if (locations.contains(key))
          refuse(key, "\"", key, "\" has no effect with lora.rank: 0; remove it, or give a rank");
    return problems;
  }
  if (lora.targets.empty()) refuse("lora.targets", "no targets, and an adapter needs some");
  if (!model.freeze_vision)
    refuse("model.freeze_vision",
           "freeze_vision is false, and with lora the adapter alone is trained; remove it");
  return problems;
}

void check_adapter_folder(const ModelSection& model) {
  if (model.adapter.empty()) return;
  const fs::path folder = model.adapter;
  if (io::is_folder(folder) && !io::exists(folder / model::kAdapterConfigFile)) {
    const auto missing = concat((folder / model::kAdapterConfigFile).string(), ": no such file; ");
    if (const auto near = adapter_near(folder); !near.empty())
      throw MissingInputError(concat(missing, "a run or a checkpoint? model.adapter=", near));
    if (io::exists(folder / "config.json"))
      throw MissingInputError(
          concat(missing, "a whole model? that is model.path=", folder.string()));
  }
  model::read_adapter(folder);
}

}  // namespace vrlt::settings
