#include "forecast/update_moments.h"

#include <algorithm>
#include <cmath>

#include "forecast/needs.h"
#include "vrlt/forecast/memory.h"
#include "vrlt/model/adapter_shape.h"
#include "vrlt/optim/transfer_size.h"

namespace vrlt::forecast {
namespace {

constexpr double kDoubleBytes = 8.0;

/// The moments of an update whose passes are as large as they may become.
class Update {
 public:
  Update(const TrainingLoad& load, const model::ModelShape& shape,
         const processor::PromptSize& longest, const Ranks& ranks)
      : load_(load), shape_(shape), longest_(longest), sharding_(load, ranks) {
    const auto prompts = static_cast<double>(prompts_of_rank(load, ranks));
    of_pass_ = std::min(prompts, static_cast<double>(load.micro_batch));
    if (load.micro_batch_tokens > 0)
      of_pass_ =
          std::min(of_pass_, std::max(1.0, std::floor(static_cast<double>(load.micro_batch_tokens) /
                                                      tokens_of_group())));
    several_passes_ = of_pass_ * static_cast<double>(load.updates_per_pass) < prompts;
    trained_ = static_cast<double>(trained_parameters(load, shape));
  }

  std::vector<Moment> moments() const {
    return {encoding(), forward_end(), backward(), backward_end(), optimizer_step()};
  }

 private:
  double own() const { return load_.numbers.bytes(); }
  bool trains_all() const { return !load_.trains_adapter(); }
  double width() const { return static_cast<double>(shape_.text.width); }
  double response_tokens() const {
    return static_cast<double>(load_.generation.group_size * load_.generation.max_new_tokens);
  }
  double tokens_of_group() const { return longest_.tokens() + response_tokens(); }
  double tokens() const { return of_pass_ * tokens_of_group(); }
  double patches() const {
    return of_pass_ * longest_.vision_tokens * static_cast<double>(shape_.patches_per_token);
  }

  double layer_parameters() const {
    return trains_all() ? static_cast<double>(shape_.text.largest_layer)
                        : trained_ / static_cast<double>(shape_.text.layers);
  }
  double embedding() const { return trains_all() ? static_cast<double>(shape_.embedding()) : 0.0; }

  double whole_sums() const {
    return trained_ * sum_bytes(load_) /
           (sharding_.cuts_sums ? static_cast<double>(sharding_.inner) : 1.0);
  }
  /// Before the backward pass at hand has added to them: the first one makes them.
  double earlier_sums() const { return several_passes_ ? whole_sums() : 0.0; }

  /// The processor adds a gradient in the type of its sum, so that it is copied to that first.
  double copy_to_add(double parameters) const {
    return load_.numbers.on_cpu ? parameters * sum_bytes(load_) : 0.0;
  }

  /// A unit of parameters goes in parts: what is sent of each, on the processor what all ranks have
  /// sent, and their sum.
  double transfer_bytes(double unit, double element_bytes) const {
    if (sharding_.ranks == 1) return 0.0;
    const bool on_cpu = load_.numbers.on_cpu;
    const auto elements = static_cast<double>(optim::transfer_elements(on_cpu));
    constexpr auto kPartsAtOnce = static_cast<double>(optim::kTransfersAhead + 1);
    return kPartsAtOnce * std::min(unit, elements) * element_bytes *
           ((on_cpu ? 2.0 : 1.0) + 1.0 / static_cast<double>(sharding_.inner));
  }
  double largest_unit() const {
    return std::max(layer_parameters(),
                    trained_ - static_cast<double>(shape_.text.layers) * layer_parameters());
  }

  /// What a layer keeps of a token.
  double kept_of_layer() const {
    auto kept = shape_.text.kept;
    if (!trains_all()) kept.own -= shape_.text.kept_for_norms;
    kept.own += model::adapter_activations(load_.lora);
    return bytes_of(kept, load_.numbers);
  }

  double activations() const {
    const double states = 2.0 * width() * own();  // embeddings, as they come and with the features
    const auto layers = static_cast<double>(shape_.text.layers);
    return tokens() *
           (states + layers * (load_.checkpoints_blocks ? width() * own() : kept_of_layer()));
  }

  double layer_at_work() const {
    double of_token = bytes_of(shape_.text.backward, load_.numbers);
    if (load_.checkpoints_blocks) of_token += kept_of_layer();
    // beside an adapter a product is in float32 until both parts are in it
    if (!trains_all() && !load_.numbers.is_wide())
      of_token += static_cast<double>(shape_.text.intermediate) * kFloatBytes;
    return tokens() * of_token;
  }

  /// Of a tower that trains, kept until the decoder is gone through.
  double kept_of_tower() const {
    if (!load_.passes.trains_vision) return 0.0;
    const auto& tower = shape_.vision;
    const auto layers = static_cast<double>(tower.layers);
    const double of_block = load_.checkpoints_blocks ? static_cast<double>(tower.width) * own()
                                                     : bytes_of(tower.kept, load_.numbers);
    const double rows = static_cast<double>(shape_.patch_values) * own();
    return patches() * (rows + layers * of_block);
  }
  double tower_at_work() const {
    if (!load_.passes.trains_vision) return 0.0;
    double of_patch = bytes_of(shape_.vision.backward, load_.numbers);
    if (load_.checkpoints_blocks) of_patch += bytes_of(shape_.vision.kept, load_.numbers);
    return patches() * of_patch;
  }

  /// States that predict response tokens, their gradient, the gradient of the projection in
  /// float32 and in the type of the weights, and a tile of logits (TiledLogProbs).
  double vocabulary() const {
    constexpr double kTokens = 512, kTileOnCpu = 512, kTile = 32768;
    const double states = of_pass_ * response_tokens() * width() * (3 * own() + 2 * kFloatBytes);
    const double head = embedding() * (kFloatBytes + (load_.numbers.is_wide() ? 0.0 : own()));
    const double tile =
        kTokens * (load_.numbers.on_cpu ? kTileOnCpu : kTile) * (2 * kFloatBytes + 2 * own());
    return states + head + tile;
  }

  /// That wait for others of the same parameter while layers are gone back: of the projection, if
  /// it is the embedding too.
  double waiting_gradients() const { return shape_.ties_embedding ? embedding() * own() : 0.0; }

  /// In supervised training, where a frozen tower runs in each pass: before anything is kept.
  Moment encoding() const {
    constexpr double kPatchesOfPass = 16384;
    const bool runs = load_.passes.supervised && !load_.passes.trains_vision;
    const double together =
        std::max(longest_.vision_tokens * static_cast<double>(shape_.patches_per_token),
                 std::min(patches(), kPatchesOfPass));
    return {.name = "while clips are encoded",
            .sums = earlier_sums(),
            .tower = runs ? encoding_bytes(load_.numbers, shape_, together) : 0.0};
  }

  Moment forward_end() const {
    return {.name = "at the start of a backward pass",
            .sums = earlier_sums(),
            .activations = activations(),
            .tower = kept_of_tower(),
            .vocabulary = vocabulary()};
  }

  Moment backward() const {
    const bool together = load_.checkpoints_blocks || sharding_.cuts_sums;
    const double largest =
        trains_all() ? static_cast<double>(shape_.text.largest_matrix) : layer_parameters();
    return {.name = "within a backward pass",
            .sums = earlier_sums(),
            .gradients = waiting_gradients() + (together ? layer_parameters() : largest) * own() +
                         copy_to_add(largest),
            .activations = activations(),
            .layer = layer_at_work(),
            .tower = kept_of_tower(),
            .transfers =
                sharding_.cuts_sums ? transfer_bytes(layer_parameters(), sum_bytes(load_)) : 0.0};
  }

  /// The embedding's gradient, of one use and of all others, then where it is added.
  Moment backward_end() const {
    return {
        .name = "at the end of a backward pass",
        .sums = whole_sums(),
        .gradients = embedding() * own() + std::max(embedding() * own(), copy_to_add(embedding())),
        .tower = kept_of_tower() + tower_at_work(),
        .transfers = sharding_.cuts_sums ? transfer_bytes(largest_unit(), sum_bytes(load_)) : 0.0};
  }

  /// Sums become gradients of float32, those of float64 one parameter after the other; pieces of a
  /// few megabytes are squared in float64; new weights go to the other ranks.
  Moment optimizer_step() const {
    constexpr double kPiece = 1 << 22;
    double copies = 0.0;
    if (sum_bytes(load_) > kFloatBytes)
      copies =
          kFloatBytes * (sharding_.ranks == 1 ? std::max(embedding(), layer_parameters())
                                              : trained_ / static_cast<double>(sharding_.ranks));
    if (sharding_.ranks > 1 && !sharding_.cuts_sums)  // whole sums leave as own ones come
      copies = std::max(0.0, copies - whole_sums());
    return {.name = "in the optimizer's step",
            .sums = whole_sums(),
            .gradients = copies,
            .transfers = 2 * std::min(kPiece, trained_) * kDoubleBytes +
                         transfer_bytes(largest_unit(), sum_bytes(load_))};
  }

  const TrainingLoad& load_;
  const model::ModelShape& shape_;
  const processor::PromptSize& longest_;
  Sharding sharding_;
  double of_pass_ = 1.0;  ///< Groups.
  bool several_passes_ = false;
  double trained_ = 0.0;
};

}  // namespace

Moment worst_moment(const TrainingLoad& load, const model::ModelShape& shape,
                    const processor::PromptSize& longest, const Ranks& ranks) {
  const auto moments = Update(load, shape, longest, ranks).moments();
  return *std::max_element(moments.begin(), moments.end(),
                           [](const auto& a, const auto& b) { return a.bytes() < b.bytes(); });
}

}  // namespace vrlt::forecast
