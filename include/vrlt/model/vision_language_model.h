#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vrlt/distributed/shard_ranks.h"
#include "vrlt/model/feature_cache.h"
#include "vrlt/model/group_batch.h"
#include "vrlt/model/kv_cache.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model {

/// How often the expensive stages ran, in videos (or images) and prompts: a test and the metrics
/// read it.
struct WorkCounters {
  int64_t videos_encoded = 0;
  int64_t prompts_prefilled = 0;
};

/// A video language model: a vision encoder and a decoder over text and vision tokens.
class VisionLanguageModel {
 public:
  virtual ~VisionLanguageModel() = default;

  /// Features of one or more videos, one row per vision token of the prompt; what a row holds, and
  /// its width F, are this family's affair. An image is a video of one slice (T = 1); a prompt's
  /// images and its videos are separate calls.
  /// @param pixel_values  [sum of T*H*W, patch values], uint8 as processor::patchify() gives them,
  /// or of a floating type and normalised already; @param grid_thw  [n, 3].
  /// @return [sum of T*H*W/4, F].
  virtual at::Tensor encode_video(const at::Tensor& pixel_values, const at::Tensor& grid_thw) = 0;

  /// Final hidden states that predict the response tokens of the batch, in the order of
  /// GroupBatch::response_ids(). Records gradients when they are enabled.  @return [N, D].
  virtual at::Tensor response_hidden(const GroupBatch& batch) = 0;

  /// Runs the prompts (responses are ignored) and keeps their keys and values.
  /// @param last_hidden  receives [N, D]: the states that predict the first response token.
  virtual KvCache prefill(std::span<const PromptGroup> groups, at::Tensor* last_hidden) = 0;

  /// One decoding step for every row of a cache that was forked. @param ids  int64, as many as
  /// rows: the last token of each.  @return [B, D].
  virtual at::Tensor decode(const at::Tensor& ids, KvCache& cache) = 0;

  /// One decoding step for every slot of every place of a cache that was forked, also for those
  /// without a row; what these write is never read. It launches kernels and does nothing else, and
  /// their sizes stay as they are while cache.layout() does, so that a graph of them can be
  /// launched again. Room must be reserved; the caller counts, in the cache and in `lengths`.
  /// @param ids  [N * G] int64, slots of a place beside each other.  @return [N * G, D].
  virtual at::Tensor decode_cells(const at::Tensor& ids, KvCache& cache,
                                  const KvCache::Lengths& lengths) = 0;

  /// The vocabulary projection, [V, D]; the embedding when tied.
  virtual const at::Tensor& head_weight() const = 0;

  virtual ParameterTable& parameters() = 0;
  virtual bool is_vision_parameter(const std::string& name) const = 0;
  /// What features depend on besides pixels and weights, in any form: another text, perhaps other
  /// features.
  virtual std::string vision_settings() const = 0;

  /// Generation stops at any of these.
  virtual const std::vector<int64_t>& stop_ids() const = 0;

  /// Writes what a Hugging Face folder holds besides weights: config, and every tokenizer file of
  /// the source folder. @throws DiskError.
  virtual void save_description(const std::filesystem::path& folder) const = 0;

  /// Writes a Hugging Face folder, the weights under their hub names. @throws DiskError.
  void save(const std::filesystem::path& folder);

  const WorkCounters& counters() const { return counters_; }

  /// Where encode_vision keeps the features of this encoder; null: they are not kept.
  FeatureCache* feature_cache() const { return feature_cache_.get(); }
  /// From now on the encoder must stay as it is.
  void set_feature_cache(std::unique_ptr<FeatureCache> cache) { feature_cache_ = std::move(cache); }

 protected:
  WorkCounters counters_;

 private:
  std::unique_ptr<FeatureCache> feature_cache_;
};

struct ModelOptions {
  at::ScalarType dtype = at::kFloat;
  at::Device device = at::kCPU;
  bool random_weights = false;  ///< Start from config.json alone.
  uint64_t seed = 0;            ///< What random weights are drawn from.
  /// Of the decoder's layers and the tower's blocks only the inputs are kept for the backward pass,
  /// which computes the rest again. The results are the same; memory falls, and a forward pass is
  /// added.
  bool checkpoint_blocks = false;
  /// The ranks over which the decoder's layers are cut, each of which opens its part and no more;
  /// null: they are whole here.
  std::shared_ptr<const distributed::ShardRanks> layers_over = {};
};

/// Opens a Hugging Face folder by its `model_type`.
/// @throws MissingInputError, CheckpointError (names, shapes, unsupported settings), DataError
/// (config), NotFiniteError (the first bad weights).
std::unique_ptr<VisionLanguageModel> load_model(const std::filesystem::path& folder,
                                                const ModelOptions& options);

}  // namespace vrlt::model
