#pragma once

#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/model/lora_config.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

/// The fields of section `lora`. Not `visit_fields`: the struct lives in another namespace.
void visit_lora(config::FieldVisitor& visitor, model::LoraConfig& lora);

/// Rank, alpha, rslora and targets of the adapter that a model section names, as defaults of the
/// section `lora` beside it. Nothing where it names none or one that cannot be read: who opens the
/// model says what is wrong with it.
void set_adapter_defaults(const ModelSection& model, model::LoraConfig& lora);

/// The adapter that a model section names; rank 0 where there is none, or it cannot be read.
model::LoraConfig adapter_of(const ModelSection& model);

/// Problems of the section `lora`: unknown targets and those of the vision tower, keys without
/// effect, what model.adapter or model.freeze_vision contradict.
std::vector<std::string> check(const model::LoraConfig& lora, const ModelSection& model,
                               const config::KeyLocations& locations);

/// Looks at what model.adapter names, without opening weights; knows run folders and whole models.
/// @throws MissingInputError, CheckpointError with one line that says what to do.
void check_adapter_folder(const ModelSection& model);

}  // namespace vrlt::settings
