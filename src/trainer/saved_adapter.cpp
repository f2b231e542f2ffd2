#include "trainer/saved_adapter.h"

#include "vrlt/io/folders.h"
#include "vrlt/model/adapter_files.h"

namespace vrlt::trainer {
namespace {

constexpr const char *kTrained = "adapter", *kReference = "reference";

}  // namespace

void save_adapters(const model::ModelAdapter& adapter, const std::filesystem::path& checkpoint) {
  model::save_adapter(adapter, adapter.pairs->trained, checkpoint / kTrained);
  if (const auto& reference = adapter.pairs->reference; !reference.empty())
    model::save_adapter(adapter, reference, checkpoint / kReference);
}

void check_adapters(const model::ModelAdapter& adapter, const std::filesystem::path& checkpoint) {
  model::check_adapter(checkpoint / kTrained, adapter);
  if (io::exists(checkpoint / kReference)) model::check_adapter(checkpoint / kReference, adapter);
}

void restore_adapters(model::ModelAdapter& adapter, const std::filesystem::path& checkpoint) {
  model::load_adapter(checkpoint / kTrained, adapter, adapter.pairs->trained);
  if (io::exists(checkpoint / kReference))
    model::load_adapter(checkpoint / kReference, adapter, adapter.pairs->reference);
}

}  // namespace vrlt::trainer
