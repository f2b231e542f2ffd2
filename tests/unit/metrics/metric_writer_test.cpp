#include "vrlt/metrics/metric_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <map>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::metrics {
namespace {
namespace fs = std::filesystem;

class MetricWriterTest : public testing::Test {
 protected:
  const fs::path& run() const { return folder_.path(); }
  std::string text(const char* name) const { return io::read_file(run() / name, 1 << 20); }
  std::vector<fs::path> event_files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(run() / "tensorboard"))
      files.push_back(entry.path());
    return files;
  }

 private:
  test::TemporaryFolder folder_;
};

MetricSet one_step(double loss, double seconds) {
  MetricSet metrics;
  metrics.mean("loss/policy", loss);
  metrics.mean("time/step", seconds);
  return metrics;
}

/// Bit by bit, on purpose another way than the writer's table.
uint32_t slow_crc32c(const std::string& bytes) {
  uint32_t crc = ~0u;
  for (const unsigned char byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = (crc & 1) ? (crc >> 1) ^ 0x82f63b78u : crc >> 1;
  }
  return ~crc;
}

template <typename T>
T load(const std::string& bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

uint32_t unmask(uint32_t masked) { return std::rotl(masked - 0xa282ead8u, 15); }

std::vector<std::string> read_records(const std::string& bytes) {
  std::vector<std::string> payloads;
  for (size_t at = 0; at < bytes.size();) {
    const auto length = load<uint64_t>(bytes, at);
    EXPECT_EQ(unmask(load<uint32_t>(bytes, at + 8)), slow_crc32c(bytes.substr(at, 8)));
    const std::string payload = bytes.substr(at + 12, length);
    EXPECT_EQ(unmask(load<uint32_t>(bytes, at + 12 + length)), slow_crc32c(payload));
    payloads.push_back(payload);
    at += 16 + length;
  }
  return payloads;
}

/// Fields of a protobuf message: number -> raw contents, varints as decimal text.
std::multimap<int, std::string> fields(const std::string& message) {
  std::multimap<int, std::string> result;
  size_t at = 0;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(at++));
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const uint64_t key = varint();
    const int field = static_cast<int>(key >> 3);
    switch (key & 7) {
      case 0:
        result.emplace(field, std::to_string(varint()));
        break;
      case 1:
        result.emplace(field, message.substr(at, 8)), at += 8;
        break;
      case 2: {
        const uint64_t length = varint();
        result.emplace(field, message.substr(at, length)), at += length;
        break;
      }
      case 5:
        result.emplace(field, message.substr(at, 4)), at += 4;
        break;
      default:
        ADD_FAILURE() << "wire type " << (key & 7);
        return result;
    }
  }
  return result;
}

TEST(Crc32c, KnownVector) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);  // the check value of CRC-32C
  EXPECT_EQ(crc32c(""), 0u);
}

TEST_F(MetricWriterTest, TensorBoardFileReadsBack) {
  MetricWriter(run(), 0).write(300, one_step(0.5, 2.0));
  ASSERT_EQ(event_files().size(), 1u);
  const auto records = read_records(io::read_file(event_files()[0], 1 << 20));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(fields(records[0]).find(3)->second, "brain.Event:2");
  const auto event = fields(records[1]);
  EXPECT_EQ(event.find(2)->second, "300");
  EXPECT_GT(load<double>(event.find(1)->second, 0), 1.6e9);
  const auto summary = fields(event.find(5)->second);
  ASSERT_EQ(summary.count(1), 2u);
  const auto value = fields(summary.begin()->second);
  EXPECT_EQ(value.find(1)->second, "loss/policy");
  EXPECT_EQ(load<float>(value.find(2)->second, 0), 0.5f);
}

TEST_F(MetricWriterTest, MetricsHaveNoClockAndNotFiniteIsNull) {
  MetricWriter writer(run(), 0);
  writer.write(1, one_step(0.5, 2.0));
  writer.write(2, one_step(std::nan(""), 3.0));
  EXPECT_EQ(text("metrics.jsonl"),
            "{\"step\":1,\"loss/policy\":0.5}\n{\"step\":2,\"loss/policy\":null}\n");
  EXPECT_EQ(text("timing.jsonl"),
            "{\"step\":1,\"time/step\":2.0}\n{\"step\":2,\"time/step\":3.0}\n");
}

TEST_F(MetricWriterTest, ResumeCutsLaterStepsAndATornLine) {
  {
    MetricWriter writer(run(), 0);
    for (int step = 1; step <= 4; ++step) writer.write(step, one_step(0.1 * step, step));
  }
  const std::string uninterrupted = text("metrics.jsonl");
  io::FileWriter(run() / "metrics.jsonl", io::FileWriter::Mode::kAppend).write("{\"step\":5,\"lo");
  {
    MetricWriter writer(run(), 2);
    for (int step = 3; step <= 4; ++step) writer.write(step, one_step(0.1 * step, 10 * step));
  }
  EXPECT_EQ(text("metrics.jsonl"), uninterrupted);
  EXPECT_EQ(text("timing.jsonl").substr(text("timing.jsonl").find("\"step\":3")),
            "\"step\":3,\"time/step\":30.0}\n{\"step\":4,\"time/step\":40.0}\n");
}

// Lines whose steps are not in order were changed by hand: sound ones behind are not cut with them.
TEST_F(MetricWriterTest, LinesOutOfOrderAreAnErrorAndNothingIsCut) {
  for (const char* lines : {"{\"step\":9}\n{\"step\":2}\n{\"step\":3}\n",
                            "{\"step\":2}\n{\"step\":1}\n{\"step\":3}\n"}) {
    io::write_file_atomic(run() / "metrics.jsonl", lines);
    EXPECT_THROW(keep_steps_up_to(run() / "metrics.jsonl", 3), DataError) << lines;
    EXPECT_EQ(text("metrics.jsonl"), lines);
  }
}

TEST_F(MetricWriterTest, ResumeTellsTensorBoardWhereItGoesOn) {
  { MetricWriter(run(), 0).write(4, one_step(0.5, 1)); }
  { MetricWriter(run(), 2).write(3, one_step(0.5, 1)); }
  ASSERT_EQ(event_files().size(), 2u);
  // A session start (field 7 of the event, status 1) at step 3: TensorBoard drops from there on
  // what the first file has.
  int found = 0;
  for (const auto& file : event_files())
    for (const auto& record : read_records(io::read_file(file, 1 << 20))) {
      const auto event = fields(record);
      if (!event.contains(7)) continue;
      ++found;
      EXPECT_EQ(event.find(2)->second, "3");
      EXPECT_EQ(fields(event.find(7)->second).find(1)->second, "1");
    }
  EXPECT_EQ(found, 1);
}

TEST_F(MetricWriterTest, FreshStartRemovesWhatWasThere) {
  { MetricWriter(run(), 0).write(1, one_step(9.0, 1.0)); }
  { MetricWriter(run(), 0).write(1, one_step(0.5, 2.0)); }
  EXPECT_EQ(text("metrics.jsonl"), "{\"step\":1,\"loss/policy\":0.5}\n");
}

TEST_F(MetricWriterTest, LinesOfOtherFilesAreCutByStepToo) {
  io::write_file_atomic(run() / "rollouts.jsonl",
                        "{\"step\":1,\"id\":\"a\"}\n{\"step\":2,\"id\":\"b\"}\n{\"step\":2,\"id\":"
                        "\"c\"}\n{\"step\":3,\"id\":\"d\"}\n");
  keep_steps_up_to(run() / "rollouts.jsonl", 2);
  EXPECT_EQ(text("rollouts.jsonl"),
            "{\"step\":1,\"id\":\"a\"}\n{\"step\":2,\"id\":\"b\"}\n{\"step\":2,\"id\":\"c\"}\n");
  EXPECT_NO_THROW(keep_steps_up_to(run() / "none.jsonl", 2));
}

}  // namespace
}  // namespace vrlt::metrics
