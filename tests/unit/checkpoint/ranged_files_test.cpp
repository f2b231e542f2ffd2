#include "vrlt/checkpoint/ranged_files.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::checkpoint {
namespace {

namespace fs = std::filesystem;

NamedTensors of_every_kind() {
  return {{"bytes", at::arange(1000, at::kLong).remainder(251).to(at::kByte)},
          {"f32", at::arange(6000, at::kFloat).view({20, 300}).t()},  // strided
          {"bf16", at::arange(777, at::kBFloat16)},
          {"step", at::scalar_tensor(7.0)},
          {"f64", at::arange(300, at::kDouble)},
          {"empty", at::zeros({3, 0, 2})},
          {"flags", at::arange(100).remainder(3).to(at::kBool)},
          {"f32 again", at::arange(5000, at::kFloat).neg()}};
}

/// Path and content of all files below a folder.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& file : io::list_files_below(folder))
    all[file.string()] = io::read_file(folder / file, 1 << 24);
  return all;
}

/// What pieces of ranks come to.
std::vector<FilePiece> write(const RangedFiles& files, const fs::path& root,
                             const std::vector<std::vector<TensorPiece>>& of_ranks) {
  files.reserve(root);
  std::vector<FilePiece> written;
  for (size_t rank = of_ranks.size(); rank-- > 0;)  // in any order
    for (auto& piece : files.write(root, of_ranks[rank], /*with_headers=*/rank == 0))
      written.push_back(std::move(piece));
  return written;
}

class RangedFilesTest : public testing::TestWithParam<uint64_t> {
 protected:
  RangedFilesTest() { save_sharded(folder_.path() / "whole" / "model", tensors_, GetParam()); }
  std::map<std::string, std::string> whole() const { return contents(folder_.path() / "whole"); }

  test::TemporaryFolder folder_;
  const NamedTensors tensors_ = of_every_kind();
  const RangedFiles files_{"model/model", specs_of(tensors_), GetParam()};
};

TEST_P(RangedFilesTest, SharesOfAnyNumberOfRanksGiveTheFilesThatOneWrites) {
  for (const int ranks : {1, 2, 3, 4, 17}) {
    SCOPED_TRACE(ranks);
    const auto root = folder_.path() / std::to_string(ranks);
    std::vector<std::vector<TensorPiece>> shares;
    for (int rank = 0; rank < ranks; ++rank) shares.push_back(share_of(tensors_, rank, ranks));
    write(files_, root, shares);
    EXPECT_EQ(contents(root), whole());
  }
}

// As an optimizer that is cut over ranks hands them over: each tensor anywhere, in any order.
TEST_P(RangedFilesTest, PiecesCutAnywhereGiveTheSameFiles) {
  std::mt19937 random(5);
  std::vector<std::vector<TensorPiece>> of_ranks(3);
  for (const auto& [name, tensor] : tensors_) {
    const auto flat = tensor.contiguous().flatten();
    for (int64_t begin = 0; begin < flat.size(0);) {
      const int64_t count =
          std::min<int64_t>(1 + static_cast<int64_t>(random() % 700), flat.size(0) - begin);
      auto& pieces = of_ranks[random() % 3];
      pieces.push_back({name, tensor.sizes().vec(), begin, flat.slice(0, begin, begin + count)});
      begin += count;
    }
  }
  for (auto& pieces : of_ranks) std::shuffle(pieces.begin(), pieces.end(), random);
  write(files_, folder_.path() / "cut", of_ranks);
  EXPECT_EQ(contents(folder_.path() / "cut"), whole());
}

TEST_P(RangedFilesTest, EveryByteIsHashedOnce) {
  const auto root = folder_.path() / "hashed";
  auto written = write(
      files_, root, {share_of(tensors_, 0, 3), share_of(tensors_, 1, 3), share_of(tensors_, 2, 3)});
  std::sort(written.begin(), written.end(), [](const auto& a, const auto& b) {
    return std::pair(a.path, a.offset) < std::pair(b.path, b.offset);
  });
  std::map<std::string, uint64_t> ends;
  for (const auto& piece : written) {
    EXPECT_EQ(piece.offset, ends[piece.path]) << piece.path;
    ends[piece.path] = piece.end();
    const auto bytes = io::read_file(root / piece.path, 1 << 24);
    EXPECT_EQ(piece.sha256, io::sha256(bytes.substr(piece.offset, piece.bytes)));
  }
  for (const auto& [path, end] : ends) EXPECT_EQ(end, io::file_size(root / path));
}

TEST_P(RangedFilesTest, WhatOneRankWritesIsOnePieceOfAFile) {
  const auto root = folder_.path() / "one";
  for (const auto& piece : write(files_, root, {share_of(tensors_, 0, 1)}))
    EXPECT_EQ(piece.sha256, io::sha256_file(root / piece.path)) << piece.path;
}

// All in one file; several to a shard; each tensor, but for the smallest, alone.
INSTANTIATE_TEST_SUITE_P(Shards, RangedFilesTest, testing::Values(1 << 30, 25'000, 1000),
                         testing::PrintToStringParamName());

TEST(RangedFiles, ARankThatHoldsNothingWritesNothing) {
  const test::TemporaryFolder folder;
  const NamedTensors tensors = of_every_kind();
  const RangedFiles files("model", specs_of(tensors));
  files.reserve(folder.path());
  EXPECT_TRUE(files.write(folder.path(), {}, /*with_headers=*/false).empty());
}

TEST(RangedFiles, APieceOfAnotherTensorIsAMistake) {
  const test::TemporaryFolder folder;
  const RangedFiles files("model", {{"a", at::kFloat, {4}}});
  files.reserve(folder.path());
  const auto write = [&](const TensorPiece& piece) {
    files.write(folder.path(), {piece}, /*with_headers=*/false);
  };
  EXPECT_NO_THROW(write({"a", {4}, 1, at::zeros({3})}));
  EXPECT_THROW(write({"b", {4}, 0, at::zeros({4})}), ContractError);
  EXPECT_THROW(write({"a", {2, 2}, 0, at::zeros({4})}), ContractError);
  EXPECT_THROW(write({"a", {4}, 2, at::zeros({3})}), ContractError);
  EXPECT_THROW(write({"a", {4}, -1, at::zeros({3})}), ContractError);
  EXPECT_THROW(write({"a", {4}, 0, at::zeros({4}, at::kDouble)}), ContractError);
  EXPECT_THROW(write({"a", {4}, 0, at::zeros({2, 2})}), ContractError);
}

TEST(RangedFiles, AFileThatIsGoneIsADiskError) {
  const test::TemporaryFolder folder;
  const RangedFiles files("model", {{"a", at::kFloat, {4}}});
  EXPECT_THROW(files.write(folder.path(), {{"a", {4}, 0, at::zeros({4})}}, false), DiskError);
}

TEST(ShareOf, EveryElementIsInOneShareAndSharesDifferByLittle) {
  const auto tensors = of_every_kind();
  int64_t total = 0;
  for (const auto& [name, tensor] : tensors) total += static_cast<int64_t>(tensor.nbytes());
  for (const int ranks : {1, 2, 3, 4, 5, 64}) {
    std::map<std::string, std::vector<at::Tensor>> parts;
    for (int rank = 0; rank < ranks; ++rank) {
      int64_t bytes = 0;
      for (const auto& piece : share_of(tensors, rank, ranks)) {
        bytes += static_cast<int64_t>(piece.values.nbytes());
        int64_t before = 0;
        for (const auto& part : parts[piece.name]) before += part.numel();
        EXPECT_EQ(piece.begin, before) << piece.name;
        parts[piece.name].push_back(piece.values);
      }
      // Each end is moved by less than 64 elements, of at most 8 bytes.
      EXPECT_NEAR(static_cast<double>(bytes), static_cast<double>(total) / ranks, 512);
    }
    for (const auto& [name, tensor] : tensors) {
      const auto whole = tensor.contiguous().flatten();
      EXPECT_TRUE(at::equal(whole.numel() == 0 ? whole : at::cat(parts[name]), whole)) << name;
    }
  }
}

}  // namespace
}  // namespace vrlt::checkpoint
