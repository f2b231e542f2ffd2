#include "metrics/tensorboard.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <cstdio>

namespace vrlt::metrics {
namespace fs = std::filesystem;
namespace {

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0u);
    table[byte] = crc;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8u; }

// -- protobuf wire format: key = field << 3 | type; types 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes

template <typename Unsigned>
std::string little_endian(Unsigned value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(Unsigned); ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string key(int field, int type) { return varint(static_cast<uint64_t>(field) << 3 | type); }
std::string varint_field(int field, uint64_t value) { return key(field, 0) + varint(value); }
std::string double_field(int field, double value) { return key(field, 1) + little_endian(std::bit_cast<uint64_t>(value)); }
std::string float_field(int field, float value) { return key(field, 5) + little_endian(std::bit_cast<uint32_t>(value)); }
std::string bytes_field(int field, std::string_view bytes) {
  return key(field, 2) + varint(bytes.size()) + std::string(bytes);
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// events.out.tfevents.<10-digit seconds>.<host>.<pid>.<n>
fs::path event_path(const fs::path& folder) {
  char host[256] = "localhost";
  gethostname(host, sizeof(host) - 1);
  char seconds[24];
  std::snprintf(seconds, sizeof(seconds), "%010lld", static_cast<long long>(wall_time()));
  const std::string stem = std::string("events.out.tfevents.") + seconds + "." + host + "." + std::to_string(getpid());
  int n = 0;
  while (fs::exists(folder / (stem + "." + std::to_string(n)))) ++n;
  return folder / (stem + "." + std::to_string(n));
}

fs::path prepare(const fs::path& folder, int64_t resume_step) {
  io::create_folders(folder);
  if (resume_step < 0) {
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().filename().string().starts_with("events.out.tfevents.")) old.push_back(entry.path());
    for (const fs::path& path : old) fs::remove(path);
  }
  return event_path(folder);
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = 0xffffffffu;
  for (const char c : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

std::string tensorboard_record(std::string_view payload) {
  const std::string length = little_endian(static_cast<uint64_t>(payload.size()));
  return length + little_endian(masked_crc(length)) + std::string(payload) + little_endian(masked_crc(payload));
}

// Event: 1 wall_time, 2 step, 3 file_version, 5 summary, 7 session_log. Summary: 1 value. Value: 1 tag, 2 simple_value.
// SessionLog: 1 status, START = 1.

EventWriter::EventWriter(const fs::path& folder, int64_t resume_step)
    : file_(prepare(folder, resume_step), io::FileWriter::Mode::kCreate) {
  file_.write(tensorboard_record(double_field(1, wall_time()) + bytes_field(3, "brain.Event:2")));
  if (resume_step >= 0) {
    const std::string start = varint_field(1, 1);
    file_.write(tensorboard_record(double_field(1, wall_time()) +
                                   varint_field(2, static_cast<uint64_t>(resume_step) + 1) + bytes_field(7, start)));
  }
}

void EventWriter::write(int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  std::string summary;
  for (const auto& [name, value] : values)
    summary += bytes_field(1, bytes_field(1, name) + float_field(2, static_cast<float>(value)));
  file_.write(tensorboard_record(double_field(1, wall_time()) + varint_field(2, static_cast<uint64_t>(step)) +
                                 bytes_field(5, summary)));
}

}  // namespace vrlt::metrics
