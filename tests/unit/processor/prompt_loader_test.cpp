#include "vrlt/processor/prompt_loader.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <set>

#include "processor/background_clips.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "tests/support/tiny_task.h"
#include "vrlt/core/error.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/processor/shuffled_frames.h"

namespace vrlt::processor {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMegabyte = 1 << 20;

class PromptLoaderTest : public ::testing::Test {
 protected:
  PromptLoader loader(const ClipReading& reading, int64_t memory_bytes = kMegabyte) const {
    return {processor_,        test::TinyTask::media_options(),
            task_.data_root(), "auto_short",
            memory_bytes,      reading};
  }
  ClipReading in_folder(int64_t threads = 0) const {
    return {.cache_folder = folder_.path() / "cache",
            .cache_folder_bytes = 64 * kMegabyte,
            .threads = threads};
  }
  std::vector<at::Tensor> pixels_of(PromptLoader& loader) const {
    std::vector<at::Tensor> all;
    for (const auto& sample : task_.samples())
      all.push_back(loader.load(sample)->pixel_values_videos);
    return all;
  }
  std::vector<const data::Sample*> samples() const {
    std::vector<const data::Sample*> all;
    for (const auto& sample : task_.samples()) all.push_back(&sample);
    return all;
  }
  static void expect_equal(const std::vector<at::Tensor>& actual,
                           const std::vector<at::Tensor>& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) EXPECT_TRUE(at::equal(actual[i], expected[i])) << i;
  }

  test::TemporaryFolder folder_;
  test::TinyTask task_{folder_.path(), 6};
  Processor processor_{model::load_prompt_format(task_.model_folder())};
};

TEST_F(PromptLoaderTest, ASecondRunReadsNoVideo) {
  auto first = loader(in_folder());
  const auto expected = pixels_of(first);
  EXPECT_EQ(first.videos_decoded(), 6);
  pixels_of(first);
  EXPECT_EQ(first.videos_decoded(), 6) << "a second epoch from memory";
  auto second = loader(in_folder(), /*memory_bytes=*/0);
  expect_equal(pixels_of(second), expected);
  expect_equal(pixels_of(second), expected);
  EXPECT_EQ(second.videos_decoded(), 0);
  auto without_folder = loader({});
  expect_equal(pixels_of(without_folder), expected);
  EXPECT_EQ(without_folder.videos_decoded(), 6);
}

TEST_F(PromptLoaderTest, AChangedVideoIsReadAgain) {
  auto first = loader(in_folder());
  const auto before = pixels_of(first);
  fs::copy_file(task_.data_root() / "clip1.mp4", task_.data_root() / "clip0.mp4",
                fs::copy_options::overwrite_existing);
  auto second = loader(in_folder());
  const auto after = pixels_of(second);
  EXPECT_EQ(second.videos_decoded(), 0) << "its new content is known by its old name";
  EXPECT_TRUE(at::equal(after[0], before[1]));
  fs::remove(task_.data_root() / "clip0.mp4");
  auto third = loader(in_folder());
  EXPECT_THROW(third.load(task_.samples()[0]), MissingInputError);
}

TEST_F(PromptLoaderTest, TheMediaKeyNamesThePixels) {
  const auto keys_of = [&](PromptLoader& loader) {
    std::vector<std::string> keys;
    for (const auto& sample : task_.samples()) keys.push_back(loader.load(sample)->media_key);
    return keys;
  };
  auto decoding = loader(in_folder());
  const auto keys = keys_of(decoding);
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 6u);
  EXPECT_EQ(keys_of(decoding), keys) << "from memory";
  auto reading = loader(in_folder(/*threads=*/2));
  reading.prefetch(samples());
  EXPECT_EQ(keys_of(reading), keys) << "from the folder";
  auto without_folder = loader({});
  EXPECT_EQ(keys_of(without_folder), std::vector<std::string>(6)) << "nothing is known of them";

  auto sample = task_.samples()[0];
  EXPECT_EQ(with_shuffled_frames(*decoding.load(sample), processor_.geometry(), 3, 4).media_key,
            "");
  auto options = test::TinyTask::media_options();
  options.video.max_frames = 2;
  PromptLoader other(processor_, options, task_.data_root(), "auto_short", kMegabyte, in_folder());
  EXPECT_NE(other.load(sample)->media_key, keys[0]) << "other frames of the same video";
  fs::copy_file(test::tests_dir() / "unit/video/images/png_rgb.png",
                task_.data_root() / "still.png");
  sample.images = {"still.png"};
  EXPECT_EQ(decoding.load(sample)->media_key, "") << "the key is of the video alone";
}

TEST_F(PromptLoaderTest, BackgroundThreadsChangeNothing) {
  auto plain = loader({});
  const auto expected = pixels_of(plain);
  for (const int64_t threads : {1, 3}) {
    auto ahead = loader({.threads = threads});
    ahead.prefetch(samples());
    expect_equal(pixels_of(ahead), expected);
    EXPECT_EQ(ahead.videos_decoded(), 6);
    // Announced but asked for in another order, some never: nothing waits for what is not taken.
    auto other = loader(in_folder(threads), /*memory_bytes=*/0);
    other.prefetch(samples());
    for (int64_t i = 5; i >= 0; i -= 2)
      EXPECT_TRUE(
          at::equal(other.load(task_.samples()[static_cast<size_t>(i)])->pixel_values_videos,
                    expected[static_cast<size_t>(i)]));
    other.prefetch({});
    expect_equal(pixels_of(other), expected);
  }
}

TEST_F(PromptLoaderTest, ErrorsComeWithTheirSample) {
  fs::remove(task_.data_root() / "clip2.mp4");
  io::write_file_atomic(task_.data_root() / "clip4.mp4", "no video");
  auto ahead = loader({.threads = 2});
  ahead.prefetch(samples());
  for (int64_t i = 0; i < 6; ++i) {
    const auto& sample = task_.samples()[static_cast<size_t>(i)];
    if (i == 2)
      EXPECT_THROW(ahead.load(sample), MissingInputError);
    else if (i == 4)
      EXPECT_THROW(ahead.load(sample), DataError);
    else
      EXPECT_NO_THROW(ahead.load(sample));
  }
  EXPECT_THROW(ahead.load(task_.samples()[2]), MissingInputError) << "and again";
}

// An odd clip is said in full once, however often it is loaded; others of its kind are counted.
TEST_F(PromptLoaderTest, WhatIsOddIsSaidOnceInARun) {
  auto samples = task_.samples();
  for (auto& sample : samples) sample.duration = 5.0;  // the clips last 2 s
  for (const int64_t memory_bytes : {kMegabyte, int64_t{0}}) {
    auto quiet = std::unique_ptr<PromptLoader>(new PromptLoader(loader(in_folder(), memory_bytes)));
    ::testing::internal::CaptureStderr();
    for (int epoch = 0; epoch < 2; ++epoch)
      for (const auto& sample : samples) quiet->load(sample);
    const auto during = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(during,
                ::testing::HasSubstr(
                    "sample0: clip0.mp4 lasts 2 s, its record says 5 s [duration_differs]"));
    EXPECT_THAT(during, ::testing::Not(::testing::HasSubstr("sample1")));
    ::testing::internal::CaptureStderr();
    quiet.reset();
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                ::testing::HasSubstr("6 samples: their videos last longer or shorter"));
  }
}

TEST_F(PromptLoaderTest, AShortClipIsAnsweredByAllItHas) {
  auto options = test::TinyTask::media_options();
  options.video.num_frames = 32;  // the clips have 8
  PromptLoader lenient(processor_, options, task_.data_root(), "auto_short", kMegabyte);
  EXPECT_EQ(lenient.load(task_.samples()[0])->num_frames, 8);
  EXPECT_EQ(lenient.warnings().count("has fewer frames than video.num_frames (32), all of them are "
                                     "taken, to an even number [short_clip]"),
            1);
  options.video.short_clip = "refuse";
  PromptLoader strict(processor_, options, task_.data_root(), "auto_short", kMegabyte);
  EXPECT_THROW(strict.load(task_.samples()[0]), DataError);
}

// The seconds that the model is told by positions are those that logs and reports show.
TEST_F(PromptLoaderTest, ByTimeSecondsAndPositionsAgree) {
  auto sample = task_.samples()[0];
  sample.video = (test::media_dir() / "vfr_burst.mp4").string();
  sample.duration.reset();
  auto options = test::TinyTask::media_options();
  options.video.sampler = video::kByTime;
  PromptLoader by_time(processor_, options, "/", "auto_short", kMegabyte);
  sample.video = sample.video.substr(1);
  const auto inputs = by_time.load(sample);
  ASSERT_TRUE(inputs->video_grid_thw.defined());
  const auto pads =
      (inputs->input_ids == processor_.tokenizer().token_to_id("<|video_pad|>").value());
  const auto positions = inputs->position_ids[0].masked_select(pads).to(at::kDouble);
  const auto tokens_per_step = positions.numel() / inputs->video_grid_thw[0][0].item<int64_t>();
  const double tokens_per_second = 2.0, first = positions[0].item<double>();
  for (int64_t t = 0; t < inputs->video_grid_thw[0][0].item<int64_t>(); ++t) {
    const double seconds = inputs->frame_seconds[static_cast<size_t>(2 * t)];
    EXPECT_NEAR((positions[t * tokens_per_step].item<double>() - first) / tokens_per_second,
                seconds, 1.0 / tokens_per_second)
        << t;
  }
  EXPECT_EQ(by_time.warnings().summaries().size(), 0u);
}

TEST_F(PromptLoaderTest, AFolderOfFramesThatCannotBeListedIsAnErrorOfItsSample) {
  auto sample = task_.samples()[0];
  sample.video = "loop";
  sample.frames = data::FrameFolder{};
  fs::create_symlink(task_.data_root() / "loop", task_.data_root() / "loop");
  for (const auto& reading : {ClipReading{}, in_folder(), in_folder(2)}) {
    auto any = loader(reading);
    const std::vector<const data::Sample*> announced = {&sample};
    any.prefetch(announced);
    EXPECT_THROW(any.load(sample), DataError);
  }
}

// The system lets no more threads start: their memory is above a limit.
TEST(BackgroundClips, TooManyThreadsAreAnErrorOfTheConfig) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::ifstream status("/proc/self/statm");
    rlim_t pages = 0;
    status >> pages;
    const rlim_t limit = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (256U << 20);
    const rlimit address_space = {limit, limit};
    if (::setrlimit(RLIMIT_AS, &address_space) != 0) ::_exit(3);
    try {
      BackgroundClips clips(10'000);
    } catch (const OutOfMemoryError& error) {
      ::_exit(std::string(error.what()).find("data.reader_threads") != std::string::npos ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

int64_t threads_of_process() {
  return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
}

TEST(BackgroundClips, ReadersStartNoTeams) {
  // Large enough for a team; without exp(), whose library (MKL) has a number of threads of its own.
  const auto compute = [] { return at::rand({400, 400}).mul(2).sum().item<float>(); };
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  compute();
  const auto with_team = threads_of_process();
  {
    BackgroundClips clips(2);
    std::vector<BackgroundClips::Job> jobs;
    std::promise<void> both;
    std::atomic<int> started = 0;
    auto ready = both.get_future().share();
    for (const char* key : {"a", "b"})
      jobs.push_back({key, [&] {
                        if (++started == 2) both.set_value();
                        ready.wait();
                        compute();
                        return LoadedClip{std::make_shared<video::Clip>(), true};
                      }});
    clips.announce(std::move(jobs));
    ready.wait();
    EXPECT_TRUE(clips.take("a"));
    EXPECT_TRUE(clips.take("b"));
    EXPECT_EQ(threads_of_process(), with_team + 2) << "the readers and nobody else";
  }
  EXPECT_EQ(at::get_num_threads(), 3) << "the main thread keeps its team";
  at::set_num_threads(before);
}

// Two clips per thread are read ahead, not more, however many are announced.
TEST(BackgroundClips, HoldNoMoreThanTheirBound) {
  std::atomic<int> read = 0;
  std::promise<void> four_read;
  std::vector<BackgroundClips::Job> jobs;
  for (int i = 0; i < 20; ++i)
    jobs.push_back({std::to_string(i), [&] {
                      if (++read == 4) four_read.set_value();
                      return LoadedClip{std::make_shared<video::Clip>(), true};
                    }});
  {
    BackgroundClips clips(2);
    clips.announce(std::move(jobs));
    four_read.get_future().wait();
    EXPECT_EQ(read, 4);
    // One that no thread has begun is read by who takes it.
    EXPECT_TRUE(clips.take("19"));
    EXPECT_EQ(read, 5);
    EXPECT_FALSE(clips.take("19")) << "taken";
    EXPECT_FALSE(clips.take("unknown"));
  }
  EXPECT_EQ(read, 5) << "what was not begun is forgotten";
}

}  // namespace
}  // namespace vrlt::processor
