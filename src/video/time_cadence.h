#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vrlt::video {

/// Times that leave the cadence of their neighbours: a bit of a timestamp was damaged (in a
/// transport stream one bit is worth up to hours). Runs of frames, in decoding order, whose times
/// lie outside those of the frames before and behind them, though these two follow each other, are
/// moved to where they belong: in between. A gap, after which times go on from where they have come
/// to, is no damage, nor is a restart of the clock.
/// @param times  of a stream's packets in decoding order, in any unit; changed in place.
/// @param gaps_are_damage  At the very start and end, where there are no neighbours on one side, a
/// jump is a gap; in transport and programme streams, whose times may not be further apart than
/// 0.7 s (ISO 13818-1, 2.7.4), it is damage if it is large.
/// @param units_per_second  of the times.
/// @return the places that were changed, ascending.
std::vector<size_t> mend_times(std::vector<int64_t>& times, bool gaps_are_damage,
                               double units_per_second);

}  // namespace vrlt::video
