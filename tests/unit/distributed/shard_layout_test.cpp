#include "vrlt/distributed/shard_layout.h"

#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

void expect_spans(const std::vector<ShardLayout::Span>& spans,
                  const std::vector<std::vector<int64_t>>& expected) {
  ASSERT_EQ(spans.size(), expected.size());
  for (size_t i = 0; i < spans.size(); ++i) {
    const auto& span = spans[i];
    EXPECT_EQ((std::vector<int64_t>{static_cast<int64_t>(span.tensor), span.begin, span.count,
                                    span.offset}),
              expected[i])
        << "span " << i;
  }
}

// Tensors of 100, 64 and 10 elements begin at 0, 128 and 192, and end at 256 with what is free. Two
// pieces are 128 long: the first tensor is the first piece; the others are the second.
TEST(ShardLayout, TensorsBeginAtMultiplesOf64) {
  const ShardLayout layout({100, 64, 10}, 2);
  EXPECT_EQ(layout.piece_size(), 128);
  EXPECT_EQ(layout.begin_of(1), 128);
  EXPECT_EQ(layout.begin_of(2), 192);
  expect_spans(layout.spans(0), {{0, 0, 100, 0}});
  expect_spans(layout.spans(1), {{1, 0, 64, 0}, {2, 0, 10, 64}});
}

// 256 in three pieces: 256 / 3 is rounded up to 128 (a third of 384), so the last one is empty.
TEST(ShardLayout, APieceMayHaveNothing) {
  const ShardLayout layout({100, 64, 10}, 3);
  EXPECT_EQ(layout.piece_size(), 128);
  expect_spans(layout.spans(2), {});
}

// Tensors of 300 and 5 elements: the second begins at 320, all end at 384. Three pieces of 128: 0
// to 128, 128 to 256, and of the first tensor the last 44 with the second one 64 behind.
TEST(ShardLayout, ATensorIsCutAtMultiplesOf64) {
  const ShardLayout layout({300, 5}, 3);
  EXPECT_EQ(layout.piece_size(), 128);
  expect_spans(layout.spans(0), {{0, 0, 128, 0}});
  expect_spans(layout.spans(1), {{0, 128, 128, 0}});
  expect_spans(layout.spans(2), {{0, 256, 44, 0}, {1, 0, 5, 64}});
}

TEST(ShardLayout, APartOfAPieceKeepsItsPlaces) {
  const ShardLayout layout({300, 5}, 1);
  expect_spans(layout.spans(0, 64, 192), {{0, 64, 128, 64}});
  expect_spans(layout.spans(0, 256, 384), {{0, 256, 44, 256}, {1, 0, 5, 320}});
}

TEST(ShardLayout, NothingAtAllIsAlsoCut) {
  EXPECT_EQ(ShardLayout({}, 4).piece_size(), 0);
  expect_spans(ShardLayout({}, 4).spans(3), {});
  expect_spans(ShardLayout({0, 0, 1, 0}, 1).spans(0), {{2, 0, 1, 0}});
}

TEST(ShardLayout, ImpossibleOnesAreRefused) {
  EXPECT_THROW(ShardLayout({1}, 0), ContractError);
  EXPECT_THROW(ShardLayout({-1}, 1), ContractError);
  EXPECT_THROW(ShardLayout({1}, 2).spans(2), ContractError);
}

/// Sizes that meet, miss and lie beside the multiples of 64.
std::vector<int64_t> sizes_of(int64_t number) {
  std::vector<int64_t> sizes;
  for (int64_t i = 0; i < 1 + number % 7; ++i) sizes.push_back((number * 131 + i * 389) % 1001);
  return sizes;
}

TEST(ShardLayout, SpansTileEveryTensorOnAnyNumberOfPieces) {
  for (int64_t number = 0; number < 1000; ++number)
    for (int64_t pieces = 1; pieces <= 17; ++pieces) {
      const auto sizes = sizes_of(number);
      const ShardLayout layout(sizes, pieces);
      ASSERT_EQ(layout.piece_size() % 64, 0);
      std::vector<int64_t> covered(sizes.size(), 0);
      for (int64_t piece = 0; piece < pieces; ++piece) {
        int64_t free_from = 0;
        for (const auto& span : layout.spans(piece)) {
          ASSERT_EQ(span.begin, covered[span.tensor]) << "neither gap nor overlap";
          ASSERT_EQ(span.begin % 64, 0);
          ASSERT_EQ(span.offset % 64, 0);
          ASSERT_GE(span.offset, free_from);
          ASSERT_GT(span.count, 0);
          free_from = span.offset + span.count;
          covered[span.tensor] += span.count;
        }
        ASSERT_LE(free_from, layout.piece_size());
      }
      ASSERT_EQ(covered, sizes) << "layout of " << number << " in " << pieces;
    }
}

// A node's part is the parts of its ranks, one after the other.
TEST(ShardLayout, PiecesOfAFinerLayoutMakeThoseOfACoarserOne) {
  for (int64_t number = 0; number < 200; ++number)
    for (const int64_t coarse : {1, 2, 3})
      for (const int64_t factor : {2, 4}) {
        const auto sizes = sizes_of(number);
        const ShardLayout fine(sizes, coarse * factor), one(sizes, 1);
        const int64_t length = factor * fine.piece_size();
        for (int64_t piece = 0; piece < coarse; ++piece) {
          std::vector<int64_t> counted(sizes.size(), 0), expected(sizes.size(), 0);
          for (int64_t part = 0; part < factor; ++part)
            for (const auto& span : fine.spans(piece * factor + part))
              counted[span.tensor] += span.count;
          for (const auto& span : one.spans(0, piece * length, (piece + 1) * length))
            expected[span.tensor] += span.count;
          ASSERT_EQ(counted, expected);
        }
      }
}

}  // namespace
}  // namespace vrlt::distributed
