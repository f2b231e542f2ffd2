#include "reading/zones.h"

#include <algorithm>
#include <vector>

#include "reading/tags.h"
#include "reading/text.h"

namespace vrlt::reading {
namespace {

/// A piece of what is kept outside thinking: text, or the tag behind it.
struct Piece {
  std::string_view text;
  std::optional<Tag> tag;  ///< kThinkEnd also stands where a thinking block was.
};
using Pieces = std::vector<Piece>;

bool is_tag(const Piece& piece, Tag tag) { return piece.tag == tag; }

/// The first or last place of a tag from `from` on; the size where there is none.
size_t find_first(const Pieces& pieces, Tag tag, size_t from = 0) {
  while (from < pieces.size() && !is_tag(pieces[from], tag)) ++from;
  return from;
}
size_t find_last(const Pieces& pieces, Tag tag) {
  for (size_t i = pieces.size(); i-- > 0;)
    if (is_tag(pieces[i], tag)) return i;
  return pieces.size();
}

bool is_blank_text(std::string_view text) { return without_special_tokens(text).empty(); }

/// Thinking that is never closed ends at the last block if that is closed and nothing but blanks
/// and glue follows.
/// @return the index of its `<answer>` among the tags, or their number.
size_t answer_that_ends_thinking(std::string_view text, const std::vector<TagAt>& tags,
                                 size_t from) {
  size_t answer = tags.size(), close = tags.size();
  for (size_t i = from; i < tags.size(); ++i) {
    if (tags[i].tag == Tag::kAnswer) {
      answer = i;
      close = tags.size();
    } else if (tags[i].tag == Tag::kAnswerEnd && close == tags.size()) {
      close = i;
    }
  }
  if (answer == tags.size() || close == tags.size()) return tags.size();
  bool glue = false;
  size_t begin = tags[close].end;
  for (size_t i = close + 1; i <= tags.size(); ++i) {
    const size_t end = i < tags.size() ? tags[i].begin : text.size();
    if (!glue && !is_blank_text(text.substr(begin, end - begin))) return tags.size();
    if (i == tags.size()) break;
    if (tags[i].tag != Tag::kGlue && tags[i].tag != Tag::kGlueEnd) return tags.size();
    glue = tags[i].tag == Tag::kGlue;
    begin = tags[i].end;
  }
  return answer;
}

struct Kept {
  Pieces pieces;
  bool open_to_the_end = false;  ///< Thinking was never closed, and what it holds is dropped.
};

Kept outside_thinking(std::string_view text, const std::vector<TagAt>& tags, bool thinking) {
  Kept kept;
  const auto first = std::find_if(tags.begin(), tags.end(), [](const TagAt& tag) {
    return tag.tag == Tag::kThink || tag.tag == Tag::kThinkEnd;
  });
  thinking = thinking || (first != tags.end() && first->tag == Tag::kThinkEnd);
  size_t begin = 0, thinking_from = 0;
  const auto take = [&](size_t i) {
    kept.pieces.push_back({text.substr(begin, tags[i].begin - begin), tags[i].tag});
    begin = tags[i].end;
  };
  for (size_t i = 0; i < tags.size(); ++i) {
    if (thinking) {
      if (tags[i].tag != Tag::kThinkEnd) continue;
      thinking = false;
      kept.pieces.push_back({{}, Tag::kThinkEnd});
      begin = tags[i].end;
    } else if (tags[i].tag == Tag::kThink) {
      kept.pieces.push_back({text.substr(begin, tags[i].begin - begin), {}});
      thinking = true;
      thinking_from = i + 1;
    } else {
      take(i);
    }
  }
  if (thinking) {
    const size_t answer = answer_that_ends_thinking(text, tags, thinking_from);
    kept.open_to_the_end = answer == tags.size();
    if (kept.open_to_the_end) return kept;
    begin = tags[answer].begin;
    for (size_t i = answer; i < tags.size(); ++i) take(i);
  }
  kept.pieces.push_back({text.substr(begin), {}});
  return kept;
}

bool is_word_byte(char byte) {
  return is_word(static_cast<unsigned char>(byte)) || static_cast<unsigned char>(byte) >= 0x80;
}

/// What stands in the pieces [begin, end], the tag behind the last not counted.
Zone zone_of(const Pieces& pieces, size_t begin, size_t end, bool block) {
  Zone zone{.block = block};
  for (size_t i = begin; i <= end && i < pieces.size(); ++i) {
    const auto text = pieces[i].text;
    if (text.empty()) continue;
    if (!zone.text.empty() && is_word_byte(zone.text.back()) && is_word_byte(text.front()))
      zone.text += ' ';
    if (zone.text.size() + text.size() > kMaxZoneBytes)
      return {.text = {}, .reason = Reason::kTooLong, .block = block};
    zone.text += text;
  }
  return zone;
}

/// Takes `<glue>` blocks out of the pieces; the last one is the zone.
std::optional<Zone> take_glue(Pieces& pieces) {
  std::optional<Zone> glue;
  Pieces rest;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!is_tag(pieces[i], Tag::kGlue)) {
      rest.push_back(pieces[i]);
      continue;
    }
    rest.push_back({pieces[i].text, {}});
    const size_t end = find_first(pieces, Tag::kGlueEnd, i + 1);
    glue = end < pieces.size() ? zone_of(pieces, i + 1, end, true)
                               : Zone{.text = {}, .reason = Reason::kUnclosedAnswer, .block = true};
    i = end;
  }
  pieces = std::move(rest);
  return glue;
}

Zone answer_zone(const Kept& kept, AnswerBlock block) {
  const auto& pieces = kept.pieces;
  const size_t answer = block == AnswerBlock::kFirst ? find_first(pieces, Tag::kAnswer)
                                                     : find_last(pieces, Tag::kAnswer);
  if (answer < pieces.size()) {
    const size_t end = find_first(pieces, Tag::kAnswerEnd, answer + 1);
    return end < pieces.size() ? zone_of(pieces, answer + 1, end, true)
                               : Zone{.text = {}, .reason = Reason::kUnclosedAnswer, .block = true};
  }
  if (kept.open_to_the_end) return {.text = {}, .reason = Reason::kUnclosedThink};
  const size_t thought = find_last(pieces, Tag::kThinkEnd);
  return zone_of(pieces, thought < pieces.size() ? thought + 1 : 0, pieces.size(), false);
}

/// Why AnswerBlock::kSingle refuses a response; kOk if it does not.
Reason single_block(const std::vector<TagAt>& tags) {
  const auto count = [&](Tag tag) {
    return std::count_if(tags.begin(), tags.end(),
                         [&](const TagAt& found) { return found.tag == tag; });
  };
  if (count(Tag::kAnswer) == 0) return Reason::kNoAnswer;
  return count(Tag::kAnswer) == 1 && count(Tag::kAnswerEnd) <= 1 ? Reason::kOk
                                                                 : Reason::kMultipleAnswerTags;
}

}  // namespace

Zones find_zones(const Response& response) {
  if (!response.text) return {.answer = {.text = {}, .reason = Reason::kMissing}, .glue = {}};
  const auto text = without_special_tokens(*response.text);
  const auto tags = find_tags(text);
  auto kept = outside_thinking(text, tags, response.thinking_open);
  Zones zones;
  zones.glue = take_glue(kept.pieces);
  zones.answer = answer_zone(kept, response.block);
  if (response.block == AnswerBlock::kSingle)
    if (const auto reason = single_block(tags); reason != Reason::kOk)
      zones.answer = {.text = {}, .reason = reason};
  return zones;
}

}  // namespace vrlt::reading
