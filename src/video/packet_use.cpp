#include "video/packet_use.h"

#include <algorithm>
#include <cstring>

namespace vrlt::video {
namespace {

using Bytes = std::span<const uint8_t>;

/// Calls `visit` with every NAL unit until it returns false. @return false if it did, or if the
/// units do not fill the packet.
template <typename Visit>
bool for_each_sized_unit(Bytes rest, int length_bytes, const Visit& visit) {
  while (!rest.empty()) {
    if (rest.size() < static_cast<size_t>(length_bytes)) return false;
    size_t length = 0;
    for (int i = 0; i < length_bytes; ++i) length = length << 8 | rest[static_cast<size_t>(i)];
    rest = rest.subspan(static_cast<size_t>(length_bytes));
    if (length == 0 || length > rest.size() || !visit(rest.first(length))) return false;
    rest = rest.subspan(length);
  }
  return true;
}

/// Where the bytes after the next start code 00 00 01 begin; empty if there is none.
Bytes after_start_code(Bytes rest) {
  for (size_t i = 2; i < rest.size(); ++i) {
    const auto* one = static_cast<const uint8_t*>(std::memchr(rest.data() + i, 1, rest.size() - i));
    if (one == nullptr) return {};
    i = static_cast<size_t>(one - rest.data());
    if (one[-1] == 0 && one[-2] == 0) return rest.subspan(i + 1);
  }
  return {};
}

/// The same between start codes; a unit's end is not looked for, its header is enough.
template <typename Visit>
bool for_each_marked_unit(Bytes rest, const Visit& visit) {
  rest = after_start_code(rest);
  if (rest.empty()) return false;
  for (; !rest.empty(); rest = after_start_code(rest))
    if (!visit(rest)) return false;
  return true;
}

template <typename Visit>
bool for_each_unit(const AVPacket& packet, int length_bytes, const Visit& visit) {
  const Bytes bytes(packet.data, packet.size > 0 ? static_cast<size_t>(packet.size) : 0);
  return length_bytes > 0 ? for_each_sized_unit(bytes, length_bytes, visit)
                          : for_each_marked_unit(bytes, visit);
}

}  // namespace

PacketUse::PacketUse(const AVCodecParameters& parameters)
    : is_h264_(parameters.codec_id == AV_CODEC_ID_H264),
      is_h265_(parameters.codec_id == AV_CODEC_ID_HEVC) {
  // As FFmpeg's decoders tell avcC and hvcC from units with start codes.
  const auto* extra = parameters.extradata;
  if (is_h264_ && parameters.extradata_size >= 7 && extra[0] == 1)
    length_bytes_ = (extra[4] & 3) + 1;
  if (is_h265_ && parameters.extradata_size >= 23 &&
      (extra[0] != 0 || extra[1] != 0 || extra[2] > 1))
    length_bytes_ = (extra[21] & 3) + 1;
}

PacketUse::Kind PacketUse::h264_kind(Bytes unit) const {
  constexpr int kSlice = 1, kMessages = 6, kDelimiter = 9, kFiller = 12;
  const int type = unit[0] & 0x1f;
  if (type == kSlice) return (unit[0] & 0x60) == 0 ? Kind::kDisposable : Kind::kNeeded;
  return type == kMessages || type == kDelimiter || type == kFiller ? Kind::kNoFrame
                                                                    : Kind::kNeeded;
}

PacketUse::Kind PacketUse::h265_kind(Bytes unit) const {
  constexpr int kLastNonReference = 14, kDelimiter = 35, kFiller = 38, kMessagesBefore = 39,
                kMessagesAfter = 40;
  if (unit.size() < 2) return Kind::kNeeded;
  const int type = unit[0] >> 1 & 0x3f, layer = (unit[0] & 1) << 5 | unit[1] >> 3,
            temporal_id = (unit[1] & 7) - 1;
  if (layer != 0) return Kind::kNeeded;
  if (type <= kLastNonReference)
    return type % 2 == 0 && temporal_id == top_layer_ ? Kind::kDisposable : Kind::kNeeded;
  return type == kDelimiter || type == kFiller || type == kMessagesBefore || type == kMessagesAfter
             ? Kind::kNoFrame
             : Kind::kNeeded;
}

PacketUse::Kind PacketUse::kind_of(Bytes unit) const {
  return is_h264_ ? h264_kind(unit) : h265_kind(unit);
}

void PacketUse::see(const AVPacket& packet) {
  if (!is_h265_) return;
  for_each_unit(packet, length_bytes_, [&](Bytes unit) {
    constexpr int kFirstParameterSet = 32;
    if (unit.size() >= 2 && (unit[0] >> 1 & 0x3f) < kFirstParameterSet)
      top_layer_ = std::max(top_layer_, (unit[1] & 7) - 1);
    return true;
  });
}

bool PacketUse::is_disposable(const AVPacket& packet) const {
  if (!is_h264_ && !is_h265_) return false;
  bool has_frame = false;
  const bool all = for_each_unit(packet, length_bytes_, [&](Bytes unit) {
    const auto kind = kind_of(unit);
    has_frame = has_frame || kind == Kind::kDisposable;
    return kind != Kind::kNeeded;
  });
  return all && has_frame;
}

}  // namespace vrlt::video
