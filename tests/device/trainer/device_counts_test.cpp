// What a device has to do for the parts of a step, counted: kernels, waits of the host, copies,
// bytes. A number that falls is to be written here; one that rises is a fault.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/fake_device/fake_device.h"
#include "tests/support/mute_tokenizer.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/core/error.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/sharded_optimizer.h"
#include "vrlt/rollout/rollout_engine.h"
#include "vrlt/trainer/step/policy_update.h"

namespace vrlt::trainer {
namespace {

using test::DeviceCounts;
using test::TinyPrompts;

class DeviceCountsOf : public ::testing::Test {
 protected:
  static constexpr int64_t kHeads = 4, kKvHeads = 2, kHeadDim = 64, kGroupSize = 4;
  const at::Device device_ = test::fake_device();

  /// In bfloat16, with heads of 64: what flash attention takes.
  std::unique_ptr<model::VisionLanguageModel> make_model(int64_t layers = 2,
                                                         int64_t blocks = 2) const {
    const test::TemporaryFolder folder;
    return model::load_model(
        test::make_tiny_model_folder(
            folder.path(),
            {{"hidden_size", kHeads * kHeadDim},
             {"intermediate_size", 512},
             {"num_hidden_layers", layers},
             {"rope_scaling", {{"mrope_section", {16, 8, 8}}}},
             {"vision_config", {{"out_hidden_size", kHeads * kHeadDim}, {"depth", blocks}}}}),
        {.dtype = at::kBFloat16, .device = device_, .random_weights = true, .seed = 5});
  }

  template <typename Work>
  DeviceCounts counts(Work&& work) const {
    test::reset_counts(device_);
    work();
    return test::counts_of(device_);
  }

  static void print(const char* what, const std::string& number) {
    std::printf("  %-58s %s\n", what, number.c_str());
  }
  static void print(const char* what, int64_t number) { print(what, std::to_string(number)); }

  /// What b did more often than a, for --gtest_filter of one test by a reader.
  static void print_kernels(const DeviceCounts& a, const DeviceCounts& b) {
    for (const auto& [name, count] : b.kernels) {
      const auto before = a.kernels.find(name);
      const int64_t more = count - (before == a.kernels.end() ? 0 : before->second);
      if (more != 0) std::printf("    %-40s %ld\n", name.c_str(), static_cast<long>(more));
    }
  }
};

/// One decoding step of N prompts of `prompt` tokens with kGroupSize responses each.
class DecodingStep : public DeviceCountsOf {
 protected:
  static constexpr int64_t kPrompts = 3;

  DeviceCounts step(int64_t layers, int64_t prompt_tokens) const {
    const at::NoGradGuard no_grad;
    const auto model = make_model(layers);
    TinyPrompts random(3);
    std::vector<model::PromptGroup> groups;
    for (int64_t i = 0; i < kPrompts; ++i)
      groups.push_back({.prompt = random.text(prompt_tokens - i)});
    at::Tensor last;
    auto cache = model->prefill(groups, &last);
    cache.fork(kGroupSize);
    cache.reserve(64);
    const auto ids = random.ids(kPrompts * kGroupSize).to(device_);
    const auto lengths = cache.lengths();
    return counts([&] { model->decode_cells(ids, cache, lengths); });
  }
};

TEST_F(DecodingStep, KernelsOfALayer) {
  const auto two = step(2, 64), four = step(4, 64);
  print_kernels(two, four);
  const int64_t of_layer = (four.num_kernels() - two.num_kernels()) / 2;
  print("decoding: kernels per token and layer", of_layer);
  print("decoding: kernels per token beside the layers", two.num_kernels() - 2 * of_layer);
  EXPECT_EQ(two.num_waits(), 0);
  EXPECT_EQ(two.to_device.count + two.to_host.count, 0);
  EXPECT_EQ(of_layer, 25);
}

TEST_F(DecodingStep, ProductsAreAligned) {
  const auto odd = step(2, 61);
  print("decoding: unaligned products, prompts of 61 tokens", odd.unaligned_products);
  EXPECT_EQ(odd.unaligned_products, 0) << odd.largest_unaligned_shapes;
}

TEST_F(DecodingStep, PeakOfAttention) {
  const auto few = step(2, 64), many = step(2, 64 + 1024);
  // The scores in float32, their softmax and its rounding to bfloat16 are 4 + 4 + 2 bytes; a
  // quarter is the bias of a key, which 16 queries of a prompt share.
  const int64_t rows = kPrompts * kGroupSize * kHeads;
  const double bytes =
      static_cast<double>((many.peak_bytes - many.live_bytes) - (few.peak_bytes - few.live_bytes)) /
      (1024.0 * static_cast<double>(rows));
  print("decoding: peak bytes of attention per query head and key", std::to_string(bytes));
  EXPECT_LE(bytes, 10.25);
}

class Generating : public DeviceCountsOf {
 protected:
  /// No response ends before its limit.
  DeviceCounts generate(model::VisionLanguageModel& model, int64_t max_new_tokens) const {
    TinyPrompts random(4);
    const std::vector<rollout::Prompt> prompts = {{"a", random.text(40)}, {"b", random.text(33)}};
    const test::MuteTokenizer tokenizer;
    auto never = model.stop_ids();
    rollout::RolloutEngine engine(model, tokenizer, never);
    return counts([&] {
      const auto groups = engine.generate(
          prompts, {.group_size = kGroupSize, .max_new_tokens = max_new_tokens, .seed = 1});
      VRLT_CHECK(std::ssize(groups[0].responses[0].ids) == max_new_tokens, "a short response");
    });
  }
};

TEST_F(Generating, WaitsOfAChunk) {
  constexpr int64_t kChunk = 16;
  const auto model = make_model();
  generate(*model, 2);  // what is asked of a device once, by the first attention
  const auto two = generate(*model, 1 + 2 * kChunk), three = generate(*model, 1 + 3 * kChunk);
  for (const auto& [cause, count] : three.waits)
    std::printf("    %-40s %ld\n", cause.c_str(),
                static_cast<long>(count - (two.waits.contains(cause) ? two.waits.at(cause) : 0)));
  print("rollout: waits per chunk of 16 tokens", three.num_waits() - two.num_waits());
  EXPECT_EQ(three.num_waits() - two.num_waits(), 1);
  print("rollout: copies to the device per chunk", three.to_device.count - two.to_device.count);
}

TEST_F(DeviceCountsOf, AClip) {
  const auto clip = [&](int64_t blocks) {
    const at::NoGradGuard no_grad;
    const auto model = make_model(2, blocks);
    // two slices of 10 x 14 patches: windows of 16, 8 and 4
    auto levels = std::make_shared<processor::ModelInputs>(*TinyPrompts(5).video(2, 10, 14, 4));
    levels->pixel_values_videos = at::randint(0, 256, {2 * 10 * 14, 1176}, at::kByte);
    const std::shared_ptr<const processor::ModelInputs> prompt = levels;
    return counts([&] { model::encode_vision(*model, {&prompt, 1}); });
  };
  const auto two = clip(2), four = clip(4);
  for (const auto& [cause, count] : two.waits)
    std::printf("    %-40s %ld\n", cause.c_str(), static_cast<long>(count));
  print_kernels(two, four);
  print("vision: waits per clip", two.num_waits());
  print("vision: waits per block", (four.num_waits() - two.num_waits()) / 2);
  print("vision: kernels per block", (four.num_kernels() - two.num_kernels()) / 2);
  print("vision: copies to the device per clip", two.to_device.count);
  print("vision: bytes to the device per clip", two.to_device.bytes);
  constexpr int64_t kPixelBytes = 2 * 10 * 14 * 1176;  // a byte for each level
  print("vision: of which pixels", kPixelBytes);
  constexpr int64_t kBeside = 12 << 10;  // positions and windows
  EXPECT_LT(two.to_device.bytes, kPixelBytes + kBeside);
  EXPECT_EQ(two.num_waits(), 0);
  EXPECT_LE((four.num_kernels() - two.num_kernels()) / 2, 32);
  EXPECT_EQ(two.to_device.count, four.to_device.count);
}

class Updating : public DeviceCountsOf {
 protected:
  static optim::NamedTensors trained(model::VisionLanguageModel& model) {
    optim::NamedTensors all;
    for (const auto& [name, tensor] : model.parameters().entries()) {
      if (model.is_vision_parameter(name)) continue;
      auto parameter = tensor;
      all.emplace_back(name, parameter.set_requires_grad(true));
    }
    return all;
  }

  /// Forward and backward passes of so many groups, each with a clip and kGroupSize responses.
  DeviceCounts update(model::VisionLanguageModel& model, int64_t groups) const {
    UpdateSettings settings;
    settings.micro_batch = 1;
    TinyPrompts random(6);
    std::vector<UpdateGroup> batch;
    ByResponse<double> advantages;
    for (int64_t i = 0; i < groups; ++i) {
      UpdateGroup group{.position = i, .prompt = random.video(2, 4, 4, 9)};
      {
        const at::NoGradGuard no_grad;
        group.vision_features = model::encode_vision(model, {&group.prompt, 1})[0];
      }
      for (int64_t k = 0; k < kGroupSize; ++k) {
        group.responses.push_back(random.ids(5 + 2 * k));
        advantages[{i, k}] = k % 2 == 0 ? 1.0 : -1.0;
      }
      batch.push_back(std::move(group));
    }
    PolicyUpdate update(settings, model, nullptr, distributed::single_process());
    update.start_batch({batch});
    update.set_advantages(advantages);
    optim::GradientSum gradients(trained(model));
    return counts([&] {
      metrics::MetricSet metrics;
      update.accumulate_gradients(0, gradients, metrics);
    });
  }
};

TEST_F(Updating, AGroup) {
  const auto model = make_model();
  update(*model, 1);  // asks once whether flash attention is sound
  const auto one = update(*model, 1), two = update(*model, 2);
  for (const auto& [cause, count] : two.waits)
    std::printf("    %-40s %ld\n", cause.c_str(),
                static_cast<long>(count - (one.waits.contains(cause) ? one.waits.at(cause) : 0)));
  print("update: waits per group", two.num_waits() - one.num_waits());
  EXPECT_EQ(two.num_waits() - one.num_waits(), 1);  // for the metrics
  print("update: kernels per group, 2 layers", two.num_kernels() - one.num_kernels());
  print("update: copies to the device per group", two.to_device.count - one.to_device.count);
}

TEST_F(Updating, AnOptimizerStep) {
  const auto model = make_model();
  const auto parameters = trained(*model);
  optim::ShardedOptimizer optimizer(
      parameters,
      [](const optim::NamedTensors& own) {
        return std::make_unique<optim::AdamW>(own, optim::AdamWConfig{});
      },
      distributed::single_process());
  for (const auto& [name, parameter] : parameters)
    parameter.mutable_grad() = at::full_like(parameter, 0.5);
  optimizer.gradients().take();
  const auto clip = counts([&] { optimizer.finish_gradients(1.0); });
  const auto update = counts([&] { optimizer.step(1e-3); });
  print_kernels({}, clip);
  print_kernels({}, update);
  print("optimizer: parameters", std::ssize(parameters));
  print("optimizer: waits of norm and clipping", clip.num_waits());
  print("optimizer: kernels of norm and clipping", clip.num_kernels());
  print("optimizer: waits of an update", update.num_waits());
  print("optimizer: kernels of an update", update.num_kernels());
  EXPECT_EQ(clip.num_waits(), 1);
  EXPECT_EQ(update.num_waits(), 0);
  EXPECT_LT(clip.num_kernels() + update.num_kernels(), std::ssize(parameters));
}

}  // namespace
}  // namespace vrlt::trainer
