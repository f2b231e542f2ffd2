#include "tests/golden/model/golden_family.h"

#include "model/qwen2_5_vl/model.h"
#include "model/qwen3_vl/model.h"
#include "tests/support/test_folders.h"

namespace vrlt::model {
namespace {

using Stages = std::vector<std::pair<std::string, at::Tensor>>;

void add_blocks(const std::vector<at::Tensor>& blocks, Stages& stages) {
  for (size_t i = 0; i < blocks.size(); ++i)
    stages.emplace_back("block." + std::to_string(i), blocks[i]);
}

template <typename Model>
const Model& as(const VisionLanguageModel& model) {
  return dynamic_cast<const Model&>(model);
}

template <typename Model>
const TextDecoder& decoder_of(const VisionLanguageModel& model) {
  return as<Model>(model).text_decoder();
}

EmbeddedPrompt embed_2_5(const VisionLanguageModel& model, const PromptGroup& group) {
  return as<qwen2_5_vl::Model>(model).embed(group);
}
EmbeddedPrompt embed_3(const VisionLanguageModel& model, const PromptGroup& group) {
  return as<qwen3_vl::Model>(model).embed(group);
}

Stages stages_2_5(const VisionLanguageModel& model, const at::Tensor& pixels,
                  const at::Tensor& grid) {
  qwen2_5_vl::VisionEncoder::Trace trace;
  as<qwen2_5_vl::Model>(model).vision_encoder()(pixels, grid, &trace);
  Stages stages = {{"patch_embed", trace.patch_embed}};
  add_blocks(trace.blocks, stages);
  return stages;
}
Stages stages_3(const VisionLanguageModel& model, const at::Tensor& pixels,
                const at::Tensor& grid) {
  qwen3_vl::VisionEncoder::Trace trace;
  as<qwen3_vl::Model>(model).vision_encoder()(pixels, grid, &trace);
  Stages stages = {{"patch_embed", trace.patch_embed}, {"embeddings", trace.embeddings}};
  add_blocks(trace.blocks, stages);
  return stages;
}

}  // namespace

std::span<const GoldenFamily> golden_families() {
  static const GoldenFamily kFamilies[] = {
      {"qwen2_5_vl",
       test::golden_dir,
       {"float_max", "int_grid"},
       1e-4,
       false,
       embed_2_5,
       decoder_of<qwen2_5_vl::Model>,
       stages_2_5},
      {"qwen3_vl",
       test::golden3_dir,
       {""},
       3e-5,
       true,
       embed_3,
       decoder_of<qwen3_vl::Model>,
       stages_3},
  };
  return kFamilies;
}

}  // namespace vrlt::model
