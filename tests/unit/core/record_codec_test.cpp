// Records between ranks: what is read is what was written, to the bit.
#include "vrlt/core/record_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace vrlt {
namespace {

struct Inner {
  std::string text;
  double value = 0.0;
};

template <typename Visitor, typename Record>
requires std::is_same_v<std::remove_const_t<Record>, Inner>
void visit_fields(Visitor& visit, Record& record) {
  auto& [text, value] = record;
  visit(text, value);
}

struct Outer {
  int64_t number = 0;
  bool flag = false;
  std::vector<double> values;
  std::vector<Inner> inner;
};

template <typename Visitor, typename Record>
requires std::is_same_v<std::remove_const_t<Record>, Outer>
void visit_fields(Visitor& visit, Record& record) {
  auto& [number, flag, values, inner] = record;
  visit(number, flag, values, inner);
}

std::string written(const std::vector<Outer>& records) {
  RecordWriter writer;
  writer(records);
  return writer.bytes();
}

std::vector<Outer> read(std::string_view bytes) {
  std::vector<Outer> records;
  RecordReader reader(bytes);
  reader(records);
  EXPECT_TRUE(reader.at_end());
  return records;
}

const std::string kZeroInside("a\0\"\n", 4);

std::vector<Outer> records() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {{.number = std::numeric_limits<int64_t>::min(),
           .flag = true,
           .values = {0.1, -0.0, kInfinity, -kInfinity, 5e-324},
           .inner = {}},
          {.number = 7,
           .flag = false,
           .values = {},
           .inner = {{kZeroInside, 1.0}, {"", std::nan("")}}}};
}

TEST(RecordCodec, WhatIsReadIsWhatWasWritten) {
  const auto expected = records(), actual = read(written(expected));
  ASSERT_EQ(actual.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(actual[i].number, expected[i].number);
    EXPECT_EQ(actual[i].flag, expected[i].flag);
    EXPECT_EQ(actual[i].values, expected[i].values);
  }
  EXPECT_TRUE(std::signbit(actual[0].values[1]));
  ASSERT_EQ(actual[1].inner.size(), 2u);
  EXPECT_EQ(actual[1].inner[0].text, kZeroInside);
  EXPECT_EQ(actual[1].inner[0].value, 1.0);
  EXPECT_TRUE(std::isnan(actual[1].inner[1].value));
  EXPECT_TRUE(read(written({})).empty());
}

// Wherever it is cut, a length or a number is missing: nothing is made up in its place.
TEST(RecordCodec, BytesThatEndEarlyAreRefused) {
  const auto whole = written(records());
  for (size_t size = 0; size < whole.size(); ++size) {
    RecordReader reader(std::string_view(whole).substr(0, size));
    std::vector<Outer> records;
    EXPECT_THROW(reader(records), ContractError) << size << " of " << whole.size() << " bytes";
  }
}

}  // namespace
}  // namespace vrlt
