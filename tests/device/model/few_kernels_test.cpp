// What a device computes in fewer kernels is what the CPU computes, up to rounding: float32 to the
// order of sums, bfloat16 to its 8 bits.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/layers/rms_norm.h"
#include "model/layers/rope.h"
#include "tests/support/fake_device/fake_device.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/model/normalize_patches.h"

namespace vrlt::model {
namespace {

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.cpu().to(at::kDouble) - b.cpu().to(at::kDouble)).abs().max().item<double>();
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator);
}

TEST(FewKernels, NormAndItsGradients) {
  const auto device = test::fake_device();
  const auto x = normal({7, 96}, 1), weight = normal({96}, 2), slope = normal({7, 96}, 3);
  const auto run = [&](at::Device where, at::ScalarType dtype) {
    const auto on = [&](const at::Tensor& values) {
      return values.to(where, dtype).detach().requires_grad_();
    };
    const auto own_x = on(x), own_weight = on(weight);
    const auto out = rms_norm(own_x, own_weight, 1e-6);
    const auto grads =
        torch::autograd::grad({(out * slope.to(where, dtype)).sum()}, {own_x, own_weight});
    return std::vector{out.detach(), grads[0], grads[1]};
  };
  const auto expected = run(at::kCPU, at::kFloat), same = run(device, at::kFloat),
             narrow = run(device, at::kBFloat16);
  for (size_t i = 0; i < expected.size(); ++i) {
    const double scale = expected[i].abs().max().item<double>();
    EXPECT_LT(largest_difference(same[i], expected[i]), 2e-6 * scale) << i;
    EXPECT_LT(largest_difference(narrow[i], expected[i]), 0.02 * scale) << i;
  }
}

// A device has no kernel of ours for it; its operators give the same bits.
TEST(FewKernels, PatchesAreNormalised) {
  const auto device = test::fake_device();
  constexpr processor::VisionGeometry kGeometry{.patch_size = 4,
                                                .temporal_patch = 2,
                                                .merge_size = 2,
                                                .mean = {0.48F, 0.46F, 0.41F},
                                                .std = {0.27F, 0.26F, 0.28F}};
  const auto levels =
      at::arange(9 * kGeometry.patch_values()).remainder(256).to(at::kByte).view({9, -1});
  const auto on_device = normalize_patches(levels.to(device), kGeometry);
  EXPECT_TRUE(on_device.device().is_privateuseone());
  EXPECT_TRUE(at::equal(on_device.cpu(), normalize_patches(levels, kGeometry)));
}

TEST(FewKernels, RotationAndItsGradients) {
  const auto device = test::fake_device();
  const auto x = normal({5, 6, 128}, 4), slope = normal({5, 6, 128}, 5);
  const auto positions = at::arange(5, at::kLong) * 37;
  const auto run = [&](at::Device where, at::ScalarType dtype) {
    const auto own = x.to(where, dtype).detach().requires_grad_();
    const auto table = table_for(text_rope_table(positions.to(where), 128, 1e6), dtype);
    const auto out = apply_rope(own, table);
    return std::vector{
        out.detach(), torch::autograd::grad({(out * slope.to(where, dtype)).sum()}, {own}).front()};
  };
  const auto expected = run(at::kCPU, at::kFloat), same = run(device, at::kFloat),
             narrow = run(device, at::kBFloat16);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_LT(largest_difference(same[i], expected[i]), 2e-6) << i;
    EXPECT_LT(largest_difference(narrow[i], expected[i]), 0.05) << i;
  }
}

/// States of three decoding steps of every slot, for prompts of different lengths.
at::Tensor decoded(VisionLanguageModel& model) {
  const at::NoGradGuard no_grad;
  const auto device = model.head_weight().device();
  constexpr int64_t kSlots = 3;
  test::TinyPrompts random(8);
  std::vector<PromptGroup> groups;
  for (const int64_t length : {9, 70, 1}) groups.push_back({.prompt = random.text(length)});
  at::Tensor last;
  auto cache = model.prefill(groups, &last);
  cache.fork(kSlots);
  std::vector<at::Tensor> states = {last.cpu()};
  for (int step = 0; step < 3; ++step) {
    cache.reserve(1);
    states.push_back(model
                         .decode_cells(random.ids(std::ssize(groups) * kSlots).to(device), cache,
                                       cache.lengths())
                         .cpu());
    cache.advance();
  }
  return at::cat(states);
}

// Heads of 128, four to a key head.
TEST(FewKernels, DecodingSteps) {
  const auto device = test::fake_device();
  const test::TemporaryFolder folder;
  test::make_tiny_model_folder(folder.path() / "made",
                               {{"hidden_size", 512},
                                {"num_key_value_heads", 1},
                                {"initializer_range", 0.05},
                                {"rope_scaling", {{"mrope_section", {16, 24, 24}}}},
                                {"vision_config", {{"out_hidden_size", 512}}}});
  load_model(folder.path() / "made", {.random_weights = true, .seed = 5})
      ->save(folder.path() / "saved");
  const auto open = [&](at::Device where, at::ScalarType dtype) {
    return load_model(folder.path() / "saved", {.dtype = dtype, .device = where});
  };
  const auto expected = decoded(*open(at::kCPU, at::kFloat));
  const auto same = open(device, at::kFloat);
  EXPECT_LT(largest_difference(decoded(*same), expected), 2e-4);
  EXPECT_LT(largest_difference(decoded(*open(device, at::kBFloat16)), expected),
            0.1 * expected.abs().max().item<double>());
  // Joined weights are saved and loaded as the parameters that they are.
  same->save(folder.path() / "again");
  EXPECT_EQ(io::sha256_file(folder.path() / "again/model.safetensors"),
            io::sha256_file(folder.path() / "saved/model.safetensors"));
}

}  // namespace
}  // namespace vrlt::model
