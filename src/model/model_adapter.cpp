#include "vrlt/model/model_adapter.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "model/layers/present_weights.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::model {
namespace {

std::string name_of_a(const std::string& module) { return module + ".lora_A.weight"; }
std::string name_of_b(const std::string& module) { return module + ".lora_B.weight"; }

std::string last_part(const std::string& module) { return module.substr(module.rfind('.') + 1); }

LowRankPair first_pair(const std::string& module, const at::Tensor& weight, int64_t rank,
                       uint64_t seed) {
  const int64_t out = weight.size(0), in = weight.size(1);
  const double bound = 1.0 / std::sqrt(static_cast<double>(in));
  auto generator =
      at::detail::createCPUGenerator(random_bits(seed, stable_hash(name_of_a(module)), 0, 0));
  const auto a = at::empty({rank, in}, at::kFloat).uniform_(-bound, bound, generator);
  return {a.to(weight.options()), at::zeros({out, rank}, weight.options())};
}

}  // namespace

std::vector<NamedParameter> ModelAdapter::named(const std::vector<LowRankPair>& of_modules) const {
  std::vector<NamedParameter> all;
  for (size_t i = 0; i < modules.size(); ++i) {
    all.push_back({name_of_a(modules[i]), of_modules[i].a});
    all.push_back({name_of_b(modules[i]), of_modules[i].b});
  }
  return all;
}

ModelAdapter* adapter_of(VisionLanguageModel& model) {
  const auto* host = dynamic_cast<AdapterHost*>(&model);
  return host == nullptr ? nullptr : host->adapter();
}

ModelAdapter& add_adapter(VisionLanguageModel& model, const LoraConfig& config, std::string base,
                          uint64_t seed) {
  auto* host = dynamic_cast<AdapterHost*>(&model);
  VRLT_CHECK(host != nullptr && host->adapter() == nullptr && config.is_on(), "an adapter of rank ",
             config.rank, " for a model that can have none, or has one");
  auto adapter = std::make_unique<ModelAdapter>();
  adapter->config = config;
  adapter->base = std::move(base);
  adapter->base_fingerprint = base_fingerprint(model);
  adapter->pairs = std::make_shared<LowRankPairs>();
  adapter->pairs->scale = config.scale();
  for (const auto& [module, matrix] : host->decoder_matrices()) {
    if (!config.has_target(last_part(module))) continue;
    adapter->pairs->trained.push_back(first_pair(module, matrix->weight, config.rank, seed));
    adapter->modules.push_back(module);
    matrix->adapter = Adapter{adapter->pairs, adapter->modules.size() - 1};
  }
  VRLT_CHECK(!adapter->modules.empty(), "an adapter beside no matrix");
  for (const auto& [name, tensor] : adapter->named(adapter->pairs->trained))
    model.parameters().add(name, tensor);
  host->set_adapter(std::move(adapter));
  return *host->adapter();
}

void move_reference_to_policy(ModelAdapter& adapter) {
  const at::NoGradGuard no_grad;
  auto& [scale, trained, reference, acting] = *adapter.pairs;
  reference.resize(trained.size());
  for (size_t i = 0; i < trained.size(); ++i)
    reference[i] = {trained[i].a.detach().clone(), trained[i].b.detach().clone()};
}

std::string base_fingerprint(VisionLanguageModel& model) {
  constexpr int64_t kPart = 4096;  // elements at both ends
  std::string all;
  auto* const blocks = model.parameters().sharded_blocks();
  for (const auto& [name, tensor] : model.parameters().entries()) {
    const auto block = blocks == nullptr ? std::nullopt : blocks->block_of(name);
    const PresentWeights here({block ? blocks : nullptr, block.value_or(0)},
                              PresentWeights::Direction::kForward);
    const auto values = tensor.detach().flatten();
    const int64_t size = values.numel(), part = std::min(size, kPart);
    all += io::to_line({name, at::toString(tensor.scalar_type()), tensor.sizes().vec()});
    for (const int64_t begin : {int64_t{0}, size - part}) {
      const auto bytes = values.narrow(0, begin, part).cpu().contiguous();
      all += io::sha256({static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()});
    }
  }
  return concat(at::toString(model.head_weight().scalar_type()), " ", io::sha256(all));
}

AdapterGuard::AdapterGuard(VisionLanguageModel& model, Acting acting) {
  const auto* adapter = adapter_of(model);
  if (adapter == nullptr) return;
  pairs_ = adapter->pairs;
  before_ = std::exchange(pairs_->acting, acting);
}

AdapterGuard::~AdapterGuard() {
  if (pairs_ != nullptr) pairs_->acting = before_;
}

}  // namespace vrlt::model
