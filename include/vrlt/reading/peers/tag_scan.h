#pragma once

#include <optional>
#include <string_view>

namespace vrlt::reading::peers {

inline constexpr std::string_view kThink = "<think>", kThinkEnd = "</think>", kAnswer = "<answer>",
                                  kAnswerEnd = "</answer>";
inline constexpr std::string_view kGlue = "<glue>", kGlueEnd = "</glue>";

/// Offset of the first `needle` at or after `from`, or npos. Linear time on any text, unlike
/// std::string_view::find.
size_t find(std::string_view text, std::string_view needle, size_t from = 0);

/// Offset of the last `needle` of those that do not overlap, or npos.
size_t find_last(std::string_view text, std::string_view needle);

bool occurs_once(std::string_view text, std::string_view needle);

/// Where `first`, white space of any script, `second` stand one after the other: the offset of
/// `first` and that behind `second`.
struct Junction {
  size_t begin, end;
};

/// The first such place at or after `from`.
std::optional<Junction> find_junction(std::string_view text, std::string_view first,
                                      std::string_view second, size_t from);

/// What is between the first `open` and the first `close` after it; what a lazy search for open,
/// anything, close captures.
std::optional<std::string_view> first_block(std::string_view text, std::string_view open,
                                            std::string_view close);

/// The last of the blocks that such a search finds when it goes on behind each match.
std::optional<std::string_view> last_block(std::string_view text, std::string_view open,
                                           std::string_view close);

}  // namespace vrlt::reading::peers
