#include "vrlt/model/merged_folder.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/hugging_face_folder.h"
#include "model/problem_list.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/model/adapter_config.h"

namespace vrlt::model {
namespace fs = std::filesystem;
namespace {

constexpr const char *kSingle = "model.safetensors", *kIndex = "model.safetensors.index.json";

/// What a name in a model's file is beside which an adapter can stand.
std::optional<LoraTensor> adapted(const std::string& weight_name) {
  constexpr std::string_view kEnd = ".weight";
  if (!weight_name.ends_with(kEnd)) return {};
  return parse_lora_tensor(weight_name.substr(0, weight_name.size() - kEnd.size()) +
                           ".lora_A.weight");
}

/// The factors of an adapter's folder by the names that we write.
class Factors {
 public:
  explicit Factors(const fs::path& folder)
      : scale_(read_adapter(folder).lora.scale()), file_(folder / kAdapterWeightsFile) {
    for (const auto& name : file_.names())
      if (const auto tensor = parse_lora_tensor(name)) left_.emplace(tensor->peft_name(), name);
  }

  /// scale B A in float32; undefined: none stands beside it. Each is asked for once.
  at::Tensor product(const std::string& weight_name, at::IntArrayRef shape) {
    auto name = adapted(weight_name);
    if (!name) return {};
    const auto a = take(*name);
    name->is_b = true;
    const auto b = take(*name);
    if (!a.defined() && !b.defined()) return {};
    if (!a.defined() || !b.defined() || a.dim() != 2 || b.dim() != 2 || b.size(1) != a.size(0) ||
        shape != at::IntArrayRef({b.size(0), a.size(1)}))
      throw CheckpointError(concat(file_.path().string(), ": the factors of ", weight_name,
                                   " do not fit its shape, ", shape));
    return at::mm(b, a).mul_(scale_);
  }

  void check_all_taken() const {
    std::vector<std::string> names;
    for (const auto& [name, stored] : left_) names.push_back(stored);
    if (!names.empty())
      throw CheckpointError(concat(file_.path().string(),
                                   ": factors that the base has no matrix for:", listed(names)));
  }

 private:
  at::Tensor take(const LoraTensor& tensor) {
    const auto found = left_.find(tensor.peft_name());
    if (found == left_.end()) return {};
    const auto factor = file_.tensor(found->second).to(at::kFloat);
    left_.erase(found);
    return factor;
  }

  double scale_;
  checkpoint::SafetensorsFile file_;
  std::map<std::string, std::string> left_;
};

/// The files of the base's weights.
std::vector<std::string> weight_files(const fs::path& base) {
  const checkpoint::SafetensorsFolder opened(base);  // checks the index
  if (!io::exists(base / kIndex)) return {kSingle};
  std::set<std::string> files;
  const auto index = io::read_json(base / kIndex);
  for (const auto& [name, file] : index.at("weight_map").items())
    files.insert(file.get<std::string>());
  return {files.begin(), files.end()};
}

/// How much of what was to be added is there: the projection of the one onto the other.
class KeptShare {
 public:
  void add(const at::Tensor& wanted, const at::Tensor& happened) {
    wanted_ += wanted.mul(wanted).sum(at::kDouble).item<double>();
    happened_ += wanted.mul(happened).sum(at::kDouble).item<double>();
  }
  double value() const { return wanted_ > 0 ? happened_ / wanted_ : 1.0; }

 private:
  double wanted_ = 0.0, happened_ = 0.0;
};

/// Writes the weights. @return  their bytes.
uint64_t write_weights(const fs::path& base, const fs::path& output, Factors& factors,
                       bool as_float32, Merged& merged) {
  uint64_t bytes = 0;
  KeptShare kept;
  for (const auto& file : weight_files(base)) {
    const checkpoint::SafetensorsFile weights(base / file);
    checkpoint::NamedTensors tensors;
    for (const auto& name : weights.names()) {
      auto tensor = weights.tensor(name);
      const auto type = as_float32 && at::isFloatingType(tensor.scalar_type())
                            ? at::kFloat
                            : tensor.scalar_type();
      if (const auto product = factors.product(name, tensor.sizes()); product.defined()) {
        const auto sum = (tensor.to(at::kFloat) + product).to(type);
        kept.add(product, sum.to(at::kFloat) - tensor.to(at::kFloat));
        tensor = sum;
        ++merged.matrices;
      }
      tensors.emplace_back(name, tensor.to(type));
      bytes += tensors.back().second.nbytes();
    }
    checkpoint::write_safetensors(output / file, tensors, weights.metadata());
  }
  merged.kept = kept.value();
  return bytes;
}

bool holds_weights(const fs::path& file) {
  const auto ending = file.extension().string();
  return file.filename() == kIndex || ending == ".safetensors" || ending == ".bin" ||
         ending == ".pt" || ending == ".pth" || ending == ".gguf";
}

void copy_other_files(const fs::path& base, const fs::path& output, bool as_float32) {
  constexpr uint64_t kMaxBytes = 1ULL << 30;
  for (const auto& file : io::list_folder(base)) {
    if (!fs::is_regular_file(file) || holds_weights(file)) continue;
    const auto bytes = as_float32 && file.filename() == "config.json"
                           ? with_dtype(io::read_json(file), "float32").dump(2) + "\n"
                           : io::read_file(file, kMaxBytes);
    io::write_file_atomic(output / file.filename(), bytes);
  }
}

}  // namespace

Merged write_merged_folder(const fs::path& base, const fs::path& adapter, const fs::path& output,
                           bool as_float32) {
  const at::NoGradGuard no_grad;
  if (io::exists(output)) throw ConfigError(concat(output.string(), " is there already"));
  Factors factors(adapter);
  const fs::path unfinished = output.string() + ".tmp";
  io::remove_all(unfinished);
  io::create_folders(unfinished);
  Merged merged;
  try {
    const auto bytes = write_weights(base, unfinished, factors, as_float32, merged);
    factors.check_all_taken();
    if (io::exists(base / kIndex)) {
      auto index = io::read_json(base / kIndex);
      index["metadata"]["total_size"] = bytes;
      io::write_file_atomic(unfinished / kIndex, index.dump(2) + "\n");
    }
    copy_other_files(base, unfinished, as_float32);
    io::rename(unfinished, output);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    throw;
  }
  return merged;
}

}  // namespace vrlt::model
