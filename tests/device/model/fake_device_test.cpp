#include "tests/support/fake_device/fake_device.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace vrlt {
namespace {

class FakeDevice : public ::testing::Test {
 protected:
  const at::Device device_ = test::fake_device();

  at::TensorOptions options(at::ScalarType dtype = at::kFloat) const {
    return at::TensorOptions().dtype(dtype).device(device_);
  }
  test::DeviceCounts counts() const { return test::counts_of(device_); }
};

TEST_F(FakeDevice, TheCpuCannotTouchItsMemory) {
  const auto x = at::ones({4}, options());
  EXPECT_EXIT(std::printf("%f", static_cast<double>(*static_cast<const float*>(x.data_ptr()))),
              ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(*static_cast<float*>(x.data_ptr()) = 2, ::testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EQ(x.sum().item<double>(), 4);
}

TEST_F(FakeDevice, RefusesOperandsOfTwoDevices) {
  const auto x = at::ones({4}, options());
  const auto on_cpu = at::ones({4});
  EXPECT_THROW(x + on_cpu, c10::Error);
  EXPECT_THROW(x.index_select(0, at::zeros({1}, at::kLong)), c10::Error);
  EXPECT_THROW(x + at::ones({4}, options().device(test::fake_device(1))), c10::Error);
  EXPECT_THROW(at::cat({x, on_cpu}), c10::Error);
  EXPECT_EQ((x + at::scalar_tensor(2.0)).sum().item<double>(), 12);  // a number may be anywhere
}

TEST_F(FakeDevice, NewMemoryHoldsNoNumbers) {
  EXPECT_TRUE(at::empty({8}, options()).cpu().isnan().all().item<bool>());
  EXPECT_TRUE(at::empty({8}, options(at::kBFloat16)).cpu().isnan().all().item<bool>());
}

TEST_F(FakeDevice, ComputesWhatTheCpuDoes) {
  const auto a = at::arange(12, at::kFloat).view({3, 4}),
             b = at::arange(20, at::kFloat).view({4, 5});
  const auto run = [](at::Tensor x, at::Tensor y) {
    x = x.clone().requires_grad_();
    y = y.clone().requires_grad_();
    auto z = at::mm(x.sin(), y).narrow(1, 1, 3).t();
    z = at::cat({z, z.flip(0)})
            .log_softmax(1)
            .index_select(0, at::arange(0, 6, 2, z.options().dtype(at::kLong)));
    auto grads = torch::autograd::grad({z.square().sum()}, {x, y});
    grads.push_back(z.detach());
    return grads;
  };
  const auto expected = run(a, b), actual = run(a.to(device_), b.to(device_));
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_TRUE(actual[i].device().is_privateuseone());
    EXPECT_TRUE(at::equal(actual[i].cpu(), expected[i])) << i;
  }
}

TEST_F(FakeDevice, ViewsShareMemoryAndResizesFollow) {
  const auto x = at::zeros({2, 3}, options());
  x.t().select(0, 1).add_(5);
  EXPECT_TRUE(at::equal(x.cpu(), at::tensor({0., 5., 0., 0., 5., 0.}, at::kFloat).view({2, 3})));
  auto out = at::empty({0}, options());
  at::cat_out(out, {x, x});
  EXPECT_EQ(out.sizes(), at::IntArrayRef({4, 3}));
  EXPECT_EQ(out.cpu().sum().item<double>(), 20);
}

// [2, 3] float32 is 24 bytes, in a block of 512; so is everything else here.
TEST_F(FakeDevice, CountsASmallGraphExactly) {
  const auto host = at::ones({2, 3}), pinned = at::ones({2, 3}).pin_memory();
  test::reset_counts(device_);
  const int64_t before = counts().live_bytes;
  {
    auto x = host.to(device_);               // a pageable copy, which waits
    x.copy_(pinned, /*non_blocking=*/true);  // which does not
    auto y = at::mm(x, x.t());               // a view is no kernel
    y.mul_(2).add_(1);
    EXPECT_EQ(counts().live_bytes - before, 2 * 512);
    const auto z = at::softmax(y + y, -1);  // the sum is gone afterwards
    EXPECT_EQ(counts().peak_bytes - before, 4 * 512);
    EXPECT_EQ(counts().live_bytes - before, 3 * 512);
    EXPECT_EQ(z.cpu().size(0), 2);                 // waits
    EXPECT_EQ(at::nonzero(z).size(0), 4);          // waits
    EXPECT_NEAR(z.sum().item<double>(), 2, 1e-6);  // waits
  }
  const auto found = counts();
  EXPECT_EQ(found.live_bytes, before);
  EXPECT_EQ(found.kernels, (std::map<std::string, int64_t>{{"mm.out", 1},
                                                           {"mul.out", 1},
                                                           {"add.out", 2},
                                                           {"_softmax.out", 1},
                                                           {"nonzero", 1},
                                                           {"sum.IntList_out", 1}}));
  EXPECT_EQ(found.waits, (std::map<std::string, int64_t>{{"copy to the device", 1},
                                                         {"copy to the host", 1},
                                                         {"nonzero", 1},
                                                         {"_local_scalar_dense", 1}}));
  EXPECT_EQ(found.to_device.count, 2);
  EXPECT_EQ(found.to_device.bytes, 48);
  EXPECT_EQ(found.to_device.pageable, 1);
  EXPECT_EQ(found.to_host.bytes, 16);
}

TEST_F(FakeDevice, NamesUnalignedProducts) {
  const auto product = [&](int64_t inner) {
    test::reset_counts(device_);
    at::bmm(at::ones({2, 8, inner}, options(at::kBFloat16)),
            at::ones({2, inner, 16}, options(at::kBFloat16)));
    return counts();
  };
  EXPECT_EQ(product(24).unaligned_products, 0);
  const auto found = product(21);  // rows of 42 bytes
  EXPECT_EQ(found.unaligned_products, 1);
  EXPECT_EQ(found.largest_unaligned, 2 * 21 * 16);
  EXPECT_NE(found.largest_unaligned_shapes.find("bmm"), std::string::npos);
}

TEST_F(FakeDevice, FlashAttentionTakesWhatThatOfCudaTakes) {
  const auto attend = [&](at::ScalarType dtype, int64_t head_dim) {
    const auto x = at::ones({1, 2, 4, head_dim}, options(dtype));
    return std::get<0>(at::_scaled_dot_product_flash_attention(x, x, x, 0.0, true));
  };
  EXPECT_EQ(attend(at::kBFloat16, 64).cpu().sum().item<double>(), 512);
  EXPECT_THROW(attend(at::kFloat, 64), c10::Error);
  EXPECT_THROW(attend(at::kBFloat16, 20), c10::Error);
  EXPECT_THROW(attend(at::kBFloat16, 264), c10::Error);
}

}  // namespace
}  // namespace vrlt
