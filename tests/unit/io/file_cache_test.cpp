#include "vrlt/io/file_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/temporary_folder.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::io {
namespace {

namespace fs = std::filesystem;

class FileCacheTest : public ::testing::Test {
 protected:
  static constexpr int64_t kEntryBytes = 100;

  void publish(FileCache& cache, int number, int64_t bytes = kEntryBytes) {
    cache.publish(cache.path_of(sha256(std::to_string(number)), "thing"), bytes,
                  [&](const fs::path& part) {
                    write_file_atomic(part, std::string(static_cast<size_t>(bytes), 'x'));
                  });
  }
  int64_t bytes_of(const std::string& ending) const {
    int64_t total = 0;
    for (const auto& path : list_folder(folder()))
      if (path.string().ends_with(ending)) total += static_cast<int64_t>(fs::file_size(path));
    return total;
  }
  bool holds(const FileCache& cache, int number) const {
    return fs::exists(cache.path_of(sha256(std::to_string(number)), "thing"));
  }
  fs::path folder() const { return temporary_.path() / "cache"; }

  test::TemporaryFolder temporary_;
};

TEST_F(FileCacheTest, SeveralKeepTheBoundTogether) {
  constexpr int64_t kBound = 10 * kEntryBytes;
  FileCache one(folder(), kBound), two(folder(), kBound), three(folder(), kBound);
  FileCache* const all[] = {&one, &two, &three};
  for (int i = 0; i < 90; ++i) {
    publish(*all[i % 3], i);
    ASSERT_LE(bytes_of(".vrlt-thing"), kBound) << i;
    ASSERT_TRUE(holds(one, i));
  }
  EXPECT_EQ(bytes_of(".vrlt-thing"), kBound);
}

TEST_F(FileCacheTest, WhatWasUsedSinceTheFolderWasListedStays) {
  FileCache cache(folder(), 4 * kEntryBytes);
  const auto use = [&](int number) {
    EXPECT_TRUE(cache.find(cache.path_of(sha256(std::to_string(number)), "thing"),
                           [](const fs::path& path) { return read_file(path, kEntryBytes); }));
  };
  for (int i = 0; i < 5; ++i) publish(cache, i);
  EXPECT_FALSE(holds(cache, 0));
  use(1);
  publish(cache, 5);  // lists the folder: 2 is the oldest, then 3, 4, 1
  EXPECT_FALSE(holds(cache, 2));
  use(3);
  publish(cache, 6);
  EXPECT_FALSE(holds(cache, 4));
  for (const int kept : {1, 3, 5, 6}) EXPECT_TRUE(holds(cache, kept)) << kept;
}

TEST_F(FileCacheTest, APartOfAnotherProcessIsNotTakenAway) {
  FileCache cache(folder(), 2 * kEntryBytes);
  const auto part = folder() / (sha256("of another") + ".vrlt-part"),
             left_behind = folder() / (sha256("of a dead one") + ".vrlt-part");
  const fs::path beside = part.string() + ".tmp";  // that the part is renamed from
  for (const auto& path : {part, beside, left_behind})
    write_file_atomic(path, std::string(5 * kEntryBytes, 'p'));
  fs::last_write_time(left_behind, fs::file_time_type::clock::now() - std::chrono::hours(48));
  for (int i = 0; i < 4; ++i) publish(cache, i);
  EXPECT_TRUE(fs::exists(part));
  EXPECT_TRUE(fs::exists(beside));
  EXPECT_FALSE(fs::exists(left_behind));
  EXPECT_TRUE(holds(cache, 3));
}

TEST_F(FileCacheTest, WhatIsTornOrMissingOfTheTotalIsCountedAnew) {
  FileCache cache(folder(), 4 * kEntryBytes);
  for (const char* torn : {"", "12", "-5\n", "12x\n", "99999999999999999999999\n"}) {
    for (int i = 0; i < 3; ++i) publish(cache, i);
    write_file_atomic(folder() / "vrlt-cache-bytes", torn);
    publish(cache, 3);
    EXPECT_EQ(read_file(folder() / "vrlt-cache-bytes", 100), "400\n") << torn;
    fs::remove(folder() / "vrlt-cache-bytes");
    publish(cache, 4);
    EXPECT_EQ(bytes_of(".vrlt-thing"), 4 * kEntryBytes);
  }
}

}  // namespace
}  // namespace vrlt::io
