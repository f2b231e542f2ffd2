#include "vrlt/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

std::string line(const std::string& id) {
  return R"({"schema":"vs/1","id":")" + id +
         R"(","task":"open","video":"v.mp4","question":"q","answer":"a"})" + "\n";
}

std::string error_of(const std::vector<std::filesystem::path>& files) {
  try {
    load_samples(files);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST(LoadSamples, KeepsTheOrderOfFilesAndLines) {
  const test::TemporaryFolder folder;
  io::write_file_atomic(folder.path() / "a.jsonl", line("3") + "\n" + line("1"));
  io::write_file_atomic(folder.path() / "b.jsonl", line("2"));
  const auto samples = load_samples({folder.path() / "b.jsonl", folder.path() / "a.jsonl"});
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_EQ(samples[0].id + samples[1].id + samples[2].id, "231");
}

TEST(LoadSamples, RefusesAnIdUsedTwiceNamingBothPlaces) {
  const test::TemporaryFolder folder;
  const auto first = folder.path() / "a.jsonl", second = folder.path() / "b.jsonl";
  io::write_file_atomic(first, line("1") + line("2"));
  io::write_file_atomic(second, line("3") + line("2"));
  const auto error = error_of({first, second});
  EXPECT_THAT(error, testing::StartsWith(second.string() + ":2: "));
  EXPECT_THAT(error, testing::HasSubstr(first.string() + ":2"));
}

TEST(LoadSamples, NamesTheLineOfABadRecord) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.jsonl";
  io::write_file_atomic(file, line("1") + "\n" + "{\"schema\": \"vs/1\"}\n");
  EXPECT_THAT(error_of({file}), testing::StartsWith(file.string() + ":3: \"id\""));
  io::write_file_atomic(file, line("1") + "{\"schema\": \n");
  EXPECT_THAT(error_of({file}), testing::StartsWith(file.string() + ":2: "));
}

TEST(LoadSamples, RefusesFilesWithoutRecords) {
  const test::TemporaryFolder folder;
  io::write_file_atomic(folder.path() / "a.jsonl", "\n\n");
  EXPECT_NE(error_of({folder.path() / "a.jsonl"}), "");
  EXPECT_THROW(load_samples({folder.path() / "none.jsonl"}), MissingInputError);
}

TEST(SampleOrder, VisitsEverySampleOncePerEpoch) {
  const SampleOrder order(10, /*seed=*/5, /*shuffle=*/true);
  std::vector<int64_t> first, second;
  for (int64_t i = 0; i < 10; ++i) first.push_back(order.at(i));
  for (int64_t i = 10; i < 20; ++i) second.push_back(order.at(i));
  EXPECT_EQ(std::set<int64_t>(first.begin(), first.end()).size(), 10U);
  EXPECT_EQ(std::set<int64_t>(second.begin(), second.end()).size(), 10U);
  EXPECT_NE(first, second) << "two epochs in the same order";
}

// A resumed run asks for position n without having asked for those before.
TEST(SampleOrder, DependsOnSeedAndPositionOnly) {
  const SampleOrder one(10, 5, true), other(10, 5, true), another_seed(10, 6, true);
  std::vector<int64_t> values, reversed, differently;
  for (int64_t i = 0; i < 30; ++i) values.push_back(one.at(i));
  for (int64_t i = 29; i >= 0; --i) reversed.insert(reversed.begin(), other.at(i));
  for (int64_t i = 0; i < 30; ++i) differently.push_back(another_seed.at(i));
  EXPECT_EQ(values, reversed);
  EXPECT_NE(values, differently);
}

TEST(SampleOrder, WithoutShuffleIsTheOrderOfTheFile) {
  const SampleOrder order(3, 5, false);
  EXPECT_EQ(order.at(0), 0);
  EXPECT_EQ(order.at(4), 1);
}

TEST(ResolveVideo, StaysBelowTheRoot) {
  EXPECT_EQ(resolve_media("/data", "a/b.mp4"), "/data/a/b.mp4");
  EXPECT_THROW(resolve_media("/data", "/etc/passwd"), DataError);
  EXPECT_THROW(resolve_media("/data", "a/../../b.mp4"), DataError);
}

}  // namespace vrlt::data
