#include "vrlt/metrics/metric_writer.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>

#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/own_fields.h"

namespace vrlt::metrics {
namespace fs = std::filesystem;
namespace {

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

template <typename T>
void put_raw(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void put_bytes(std::string& out, int field, std::string_view bytes) {
  put_varint(out, static_cast<uint64_t>(field) << 3 | 2);
  put_varint(out, bytes.size());
  out += bytes;
}

uint32_t masked_crc(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

double seconds_since_epoch() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// The fields every Event message begins with: wall_time and step.
std::string event_head(int64_t step) {
  std::string event;
  put_varint(event, 1 << 3 | 1);
  put_raw(event, seconds_since_epoch());
  put_varint(event, 2 << 3 | 0);
  put_varint(event, static_cast<uint64_t>(step));
  return event;
}

/// A file name that TensorBoard looks for and no earlier session has.
fs::path new_event_file(const fs::path& folder) {
  io::create_folders(folder);
  const auto stem = "events.out.tfevents." +
                    std::to_string(static_cast<int64_t>(seconds_since_epoch())) + ".vrlt." +
                    std::to_string(::getpid()) + ".";
  int number = 0;
  while (io::exists(folder / (stem + std::to_string(number)))) ++number;
  return folder / (stem + std::to_string(number));
}

fs::path cut(const fs::path& path, int64_t step) {
  keep_steps_up_to(path, step);
  return path;
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static const auto kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1 ? 0x82F63B78U : 0);
      table[i] = value;
    }
    return table;
  }();
  uint32_t crc = ~0U;
  for (const unsigned char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ byte) & 0xFF];
  return ~crc;
}

/// TensorBoard's record file, written by hand: u64 length, its CRC, payload, its CRC.
class MetricWriter::TensorBoardFile {
 public:
  TensorBoardFile(const fs::path& folder, int64_t resumed_step)
      : file_(new_event_file(folder), io::FileWriter::Mode::kCreate) {
    auto version = event_head(0);
    put_bytes(version, 3, "brain.Event:2");
    write_record(version);
    if (resumed_step == 0) return;
    // A session start: from this step on, what earlier files have is void.
    auto start = event_head(resumed_step + 1);
    std::string session_log;
    put_varint(session_log, 1 << 3 | 0);
    put_varint(session_log, 1);
    put_bytes(start, 7, session_log);
    write_record(start);
  }

  void write(int64_t step, const std::vector<std::pair<std::string, double>>& values) {
    std::string summary;
    for (const auto& [name, value] : values) {
      std::string item;
      put_bytes(item, 1, name);
      put_varint(item, 2 << 3 | 5);
      put_raw(item, static_cast<float>(value));
      put_bytes(summary, 1, item);
    }
    auto event = event_head(step);
    put_bytes(event, 5, summary);
    write_record(event);
  }

 private:
  void write_record(const std::string& payload) {
    std::string record, length;
    put_raw(length, static_cast<uint64_t>(payload.size()));
    record += length;
    put_raw(record, masked_crc(length));
    record += payload;
    put_raw(record, masked_crc(payload));
    file_.write(record);
  }

  io::FileWriter file_;
};

int64_t keep_steps_up_to(const fs::path& path, int64_t step, const char* again) {
  constexpr const char* kWayOut =
      "; put a sound copy in its place, or move it away: the run then goes on without its lines";
  int64_t last = 0;
  try {
    io::cut_jsonl(path, [&](int64_t number, const io::Json& line) {
      const auto of_line = io::OwnFields(line, concat(path.string(), ":", number)).integer("step");
      if (of_line > step) return false;
      if (again != nullptr && of_line == step && line.contains(again)) return false;
      if (of_line < last)
        throw DataError(concat(path.string(), ":", number, ": a line of step ", of_line,
                               " behind one of step ", last, ": the lines are not in order"));
      last = of_line;
      return true;
    });
  } catch (const DataError& error) {
    throw DataError(concat(error.what(), kWayOut));
  }
  return last;
}

MetricWriter::MetricWriter(const fs::path& run_folder, int64_t resumed_step, const char* again)
    : last_step_(keep_steps_up_to(run_folder / "metrics.jsonl", resumed_step, again)),
      metrics_(run_folder / "metrics.jsonl"),
      timing_(cut(run_folder / "timing.jsonl", resumed_step)),
      tensorboard_(std::make_unique<TensorBoardFile>(run_folder / "tensorboard", resumed_step)) {}

MetricWriter::~MetricWriter() = default;

void MetricWriter::sync() {
  metrics_.sync();
  timing_.sync();
}

void MetricWriter::write(int64_t step, const MetricSet& metrics) {
  io::Json line = {{"step", step}}, timing = {{"step", step}};
  const auto values = metrics.values();
  for (const auto& [name, value] : values)
    (name.rfind("time/", 0) == 0 ? timing : line)[name] = value;
  metrics_.append(line);
  timing_.append(timing);
  tensorboard_->write(step, values);
}

}  // namespace vrlt::metrics
