#include "vrlt/video/frame_cache.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::video {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMegabyte = 1 << 20;

Clip make_clip(int64_t level) {
  Clip clip;
  clip.frames = at::full({2, 3, 56, 84}, level, at::kByte);
  clip.frame_seconds = {0.0, 1.0 / 3.0};
  clip.file_frames = {0, 10};
  clip.num_file_frames = 31;
  clip.file_fps = 29.97;
  clip.sample_fps = 2.9999999999999996;
  clip.duration_seconds = 2.0 / 3.0;
  clip.file_seconds = 1.0343;
  clip.warnings = {"damaged frames: 3 [corrupt]"};
  clip.notes = {{"all of a kind", "this one [late_start]"}};
  return clip;
}

void expect_equal(const Clip& actual, const Clip& expected) {
  EXPECT_TRUE(at::equal(actual.frames, expected.frames));
  EXPECT_EQ(actual.frame_seconds, expected.frame_seconds);
  EXPECT_EQ(actual.file_frames, expected.file_frames);
  EXPECT_EQ(actual.num_file_frames, expected.num_file_frames);
  EXPECT_EQ(actual.file_fps, expected.file_fps);
  EXPECT_EQ(actual.sample_fps, expected.sample_fps);
  EXPECT_EQ(actual.duration_seconds, expected.duration_seconds);
  EXPECT_EQ(actual.file_seconds, expected.file_seconds);
  EXPECT_EQ(actual.warnings, expected.warnings);
  EXPECT_EQ(actual.notes, expected.notes);
}

std::string key(int number) { return io::sha256(std::to_string(number)); }

class FrameCacheTest : public ::testing::Test {
 protected:
  std::vector<fs::path> entries() const {
    std::vector<fs::path> found;
    for (const auto& file : fs::directory_iterator(folder()))
      if (file.path().extension() == ".vrlt-clip") found.push_back(file.path());
    return found;
  }
  fs::path folder() const { return temporary_.path() / "cache"; }
  /// A copy of a real clip.
  fs::path video(const char* name) const {
    fs::copy_file(test::media_dir() / "h264_gop250.mp4", temporary_.path() / name,
                  fs::copy_options::overwrite_existing);
    return temporary_.path() / name;
  }

  test::TemporaryFolder temporary_;
};

TEST_F(FrameCacheTest, GivesBackWhatWasStored) {
  FrameCache cache(folder(), kMegabyte);
  EXPECT_FALSE(cache.find(key(1)));
  cache.store(key(1), make_clip(7));
  FrameCache other(folder(), kMegabyte);
  const auto found = other.find(key(1));
  ASSERT_TRUE(found);
  expect_equal(*found, make_clip(7));
  EXPECT_FALSE(other.find(key(2)));
}

TEST_F(FrameCacheTest, TheKeyIsOfTheContentNotOfTheName) {
  FrameCache cache(folder(), kMegabyte);
  const auto one = video("one.mp4"), two = video("two.mp4");
  const auto before = cache.key_of({.path = one});
  EXPECT_EQ(cache.key_of({.path = two}), before);
  EXPECT_EQ(FrameCache(folder(), kMegabyte).key_of({.path = one}), before) << "remembered";
  // One byte in the middle, and the time of the change hidden: size and time alone would not tell.
  const auto time = fs::last_write_time(one);
  {
    std::fstream file(one, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(one) / 2));
    file.put('!');
  }
  fs::last_write_time(one, time);
  EXPECT_NE(cache.key_of({.path = one}), before);
  EXPECT_THROW(cache.key_of({.path = temporary_.path() / "absent.mp4"}), MissingInputError);
}

TEST_F(FrameCacheTest, EverySettingChangesTheKey) {
  FrameCache cache(folder(), kMegabyte);
  const auto path = video("one.mp4");
  std::vector<ClipRequest> requests(17, {.path = path});
  requests[1].options.sampler = "hf_native";
  requests[2].options.fps = 2.0000000000000004;  // the next number after 2
  requests[3].options.num_frames = 4;
  requests[4].options.min_frames = 6;
  requests[5].options.max_frames = 6;
  requests[6].options.min_pixels = 784;
  requests[7].options.max_pixels = 78400;
  requests[8].options.total_pixels = 784000;
  requests[9].options.resized_height = 56;
  requests[10].options.resized_width = 56;
  requests[11].options.pixel_factor = 56;
  requests[12].options.resize = "pil_u8";
  requests[15].options.short_clip = "refuse";
  requests[16].options.min_frame_share = 0.25;
  requests[13].start_seconds = 1.0;
  requests[14].end_seconds = 1.0;
  std::set<std::string> keys;
  for (const auto& request : requests) keys.insert(cache.key_of(request));
  EXPECT_EQ(keys.size(), requests.size());
}

TEST_F(FrameCacheTest, AFolderOfPicturesHasAKeyOfItsOwn) {
  const auto pictures = temporary_.path() / "pictures";
  fs::create_directories(pictures);
  io::write_file_atomic(pictures / "00001.jpg", "one");
  FrameCache cache(folder(), kMegabyte);
  ClipRequest request{.path = pictures, .frames = data::FrameFolder{}};
  const auto before = cache.key_of(request);
  EXPECT_EQ(cache.key_of(request), before);
  request.frames->fps = 4.0;
  EXPECT_NE(cache.key_of(request), before);
  request.frames->fps = data::FrameFolder{}.fps;
  io::write_file_atomic(pictures / "00002.jpg", "two");
  EXPECT_NE(cache.key_of(request), before);
}

TEST_F(FrameCacheTest, ADamagedEntryIsAbsent) {
  FrameCache cache(folder(), kMegabyte);
  cache.store(key(1), make_clip(7));
  const auto path = entries().at(0);
  const auto whole = io::read_file(path, kMegabyte);
  std::vector<std::string> damaged = {"", "no safetensors file"};
  for (const size_t size : {size_t{1}, size_t{8}, whole.size() / 2, whole.size() - 1})
    damaged.push_back(whole.substr(0, size));
  // A bit of every seventh byte of the header, and of some of the frames.
  const size_t header = whole.size() - 2 * 3 * 56 * 84;
  for (size_t i = 0; i < whole.size(); i += i < header ? 7 : 3001) {
    damaged.push_back(whole);
    damaged.back()[i] = static_cast<char>(damaged.back()[i] ^ 1);
  }
  for (const auto& bytes : damaged) {
    io::write_file_atomic(path, bytes);
    const auto found = cache.find(key(1));
    // A blank that the JSON of the header is filled up with may become another blank.
    if (found) expect_equal(*found, make_clip(7));
  }
  io::write_file_atomic(path, whole.substr(0, whole.size() - 1));
  EXPECT_FALSE(cache.find(key(1)));
  cache.store(key(1), make_clip(8));
  ASSERT_TRUE(cache.find(key(1)));
}

TEST_F(FrameCacheTest, TheLeastRecentlyUsedGoFirst) {
  FrameCache measuring(folder(), kMegabyte);
  measuring.store(key(0), make_clip(0));
  const auto bytes = static_cast<int64_t>(fs::file_size(entries().at(0)));
  FrameCache cache(folder(), 3 * bytes);
  cache.store(key(1), make_clip(1));
  cache.store(key(2), make_clip(2));
  ASSERT_TRUE(cache.find(key(0)));    // used after 1
  cache.store(key(3), make_clip(3));  // no room for all four
  EXPECT_FALSE(cache.find(key(1)));
  for (const int kept : {0, 2, 3}) EXPECT_TRUE(cache.find(key(kept))) << kept;
  io::write_file_atomic(folder() / "notes.txt", std::string(static_cast<size_t>(4 * bytes), 'x'));
  FrameCache(folder(), bytes).store(key(4), make_clip(4));
  EXPECT_EQ(entries().size(), 1u);
  EXPECT_TRUE(cache.find(key(4)));
  EXPECT_TRUE(fs::exists(folder() / "notes.txt")) << "not ours";
  FrameCache(folder(), bytes / 2).store(key(5), make_clip(5));
  EXPECT_FALSE(cache.find(key(5))) << "larger than the bound";
}

TEST_F(FrameCacheTest, ThreadsSeeWholeEntriesOnly) {
  FrameCache small(folder(), 200'000);  // room for some: entries come and go
  const auto work = [&](int first) {
    FrameCache cache(folder(), 200'000);
    for (int i = 0; i < 60; ++i) {
      const int number = (first + i) % 9;
      if (const auto found = cache.find(key(number)))
        expect_equal(*found, make_clip(number));
      else
        cache.store(key(number), make_clip(number));
    }
  };
  std::vector<std::thread> threads;
  for (const int first : {0, 3, 6}) threads.emplace_back(work, first);
  for (auto& thread : threads) thread.join();
  small.store(key(9), make_clip(9));
  EXPECT_TRUE(small.find(key(9)));
}

TEST_F(FrameCacheTest, AKilledProcessLeavesWholeEntries) {
  fs::create_directories(folder());
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    FrameCache cache(folder(), 64 * kMegabyte);
    for (int i = 0;; ++i) cache.store(key(i), make_clip(i % 256));
  }
  while (entries().size() < 20) ::sched_yield();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  FrameCache cache(folder(), 64 * kMegabyte);
  const auto count = static_cast<int>(entries().size());
  for (int i = 0; i < count; ++i) {
    const auto found = cache.find(key(i));
    ASSERT_TRUE(found) << i;
    expect_equal(*found, make_clip(i % 256));
  }
}

TEST_F(FrameCacheTest, AFolderThatCannotBeWrittenIsNoError) {
  FrameCache cache(folder(), kMegabyte);
  fs::remove_all(folder());
  EXPECT_NO_THROW(cache.store(key(1), make_clip(1)));
  EXPECT_NO_THROW(cache.key_of({.path = video("one.mp4")}));
  EXPECT_FALSE(cache.find(key(1)));
}

}  // namespace
}  // namespace vrlt::video
