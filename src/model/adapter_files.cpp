#include "vrlt/model/adapter_files.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>

#include <map>

#include "model/problem_list.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/model/adapter_config.h"
#include "vrlt/model/finite_weights.h"

namespace vrlt::model {
namespace fs = std::filesystem;
namespace {

// In the metadata of the factors.
constexpr const char *kBase = "vrlt_base", *kFingerprint = "vrlt_base_fingerprint";

/// The name of a parameter of an adapter in a folder.
std::string peft_name(const std::string& name) {
  const auto tensor = parse_lora_tensor(name);
  VRLT_CHECK(tensor.has_value(), name, " is no parameter of an adapter");
  return tensor->peft_name();
}

/// Names in a file by those that we write.
std::map<std::string, std::string> stored_names(const checkpoint::SafetensorsFile& file,
                                                std::vector<std::string>& problems) {
  std::map<std::string, std::string> stored;
  for (const auto& name : file.names()) {
    const auto tensor = parse_lora_tensor(name);
    if (!tensor) {
      problems.push_back("unexpected: " + name);
    } else if (const auto [place, is_new] = stored.emplace(tensor->peft_name(), name); !is_new) {
      problems.push_back(concat("twice: ", place->second, " and ", name));
    }
  }
  return stored;
}

/// A tensor of a file and the parameter that it becomes.
struct Match {
  std::string stored;
  at::Tensor parameter;
};

std::vector<Match> matches(const checkpoint::SafetensorsFile& file,
                           const std::vector<NamedParameter>& parameters) {
  std::vector<std::string> problems;
  auto stored = stored_names(file, problems);
  std::vector<Match> found;
  for (const auto& [name, parameter] : parameters) {
    const auto at = stored.find(peft_name(name));
    if (at == stored.end()) {
      problems.push_back("missing: " + name);
      continue;
    }
    const auto& entry = file.entry(at->second);
    if (at::IntArrayRef(entry.shape) != parameter.sizes())
      problems.push_back(concat("wrong shape: ", at->second, " is ", at::IntArrayRef(entry.shape),
                                ", expected ", parameter.sizes()));
    else if (!at::isFloatingType(entry.dtype))
      problems.push_back(concat("wrong dtype: ", at->second, " is ", entry.dtype));
    found.push_back({at->second, parameter});
    stored.erase(at);
  }
  for (const auto& [name, original] : stored) problems.push_back("unexpected: " + original);
  if (problems.empty()) return found;
  throw CheckpointError(
      concat(file.path().string(), ": the factors do not fit the model:", listed(problems)));
}

void check_config(const fs::path& folder, const LoraConfig& lora) {
  const auto found = read_adapter(folder).lora;
  if (found.rank != lora.rank || found.scale() != lora.scale())
    throw CheckpointError(concat((folder / kAdapterConfigFile).string(), ": rank ", found.rank,
                                 " at scale ", found.scale(), ", expected rank ", lora.rank,
                                 " at scale ", lora.scale()));
}

}  // namespace

void save_adapter(const ModelAdapter& adapter, const std::vector<LowRankPair>& pairs,
                  const fs::path& folder) {
  io::create_folders(folder);
  checkpoint::NamedTensors tensors;
  for (const auto& [name, tensor] : adapter.named(pairs))
    tensors.emplace_back(peft_name(name), tensor.detach());
  checkpoint::write_safetensors(folder / kAdapterWeightsFile, tensors,
                                {{kBase, adapter.base}, {kFingerprint, adapter.base_fingerprint}});
  io::write_file_atomic(
      folder / kAdapterConfigFile,
      adapter_config_json({.lora = adapter.config, .base = adapter.base}).dump(2) + "\n");
}

void check_adapter(const fs::path& folder, const ModelAdapter& adapter) {
  check_config(folder, adapter.config);
  const checkpoint::SafetensorsFile file(folder / kAdapterWeightsFile);
  matches(file, adapter.named(adapter.pairs->trained));
  if (const auto other = other_base(folder, adapter); !other.empty()) throw CheckpointError(other);
}

void load_adapter(const fs::path& folder, const ModelAdapter& adapter,
                  std::vector<LowRankPair>& pairs) {
  const at::NoGradGuard no_grad;
  check_config(folder, adapter.config);
  for (size_t i = pairs.size(); i < adapter.modules.size(); ++i) {
    const auto& like = adapter.pairs->trained[i];
    pairs.push_back({at::empty_like(like.a), at::empty_like(like.b)});
  }
  const checkpoint::SafetensorsFile file(folder / kAdapterWeightsFile);
  ParameterTable loaded;
  for (const auto& [stored, parameter] : matches(file, adapter.named(pairs))) {
    parameter.copy_(file.tensor(stored));
    loaded.add(stored, parameter);
  }
  check_finite(loaded, file.path().string());
}

std::string other_base(const fs::path& folder, const ModelAdapter& adapter) {
  const checkpoint::SafetensorsFile file(folder / kAdapterWeightsFile);
  const auto found = file.metadata().find(kFingerprint);
  if (found == file.metadata().end()) return {};
  const auto type_of = [](const std::string& fingerprint) {
    return fingerprint.substr(0, fingerprint.find(' '));
  };
  // in another type the same weights have another hash
  if (type_of(found->second) != type_of(adapter.base_fingerprint) ||
      found->second == adapter.base_fingerprint)
    return {};
  const auto base = file.metadata().find(kBase);
  return concat(file.path().string(), ": trained beside other weights than those of ", adapter.base,
                base == file.metadata().end() ? "" : concat("; beside those of ", base->second));
}

}  // namespace vrlt::model
