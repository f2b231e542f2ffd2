#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vrlt::page {

/// Text for HTML content and quoted attributes. Invalid UTF-8 and control characters become U+FFFD.
std::string escape(std::string_view text);

/// At most `max_bytes` of `text`, cut between characters, with "…" if anything was cut.
std::string shorten(std::string_view text, size_t max_bytes);

/// Four significant digits, as short as possible; "–" for what is not finite.
std::string format_number(double value);

std::string base64(std::string_view bytes);
/// Only characters of base64: safe inside a data: address.
bool is_base64(std::string_view text);

/// A folded block: `summary` and `body` are HTML.
std::string folded(const std::string& summary, const std::string& body, bool open = false);

/// What can be searched and chosen among: an input, a choice of kinds, how many are shown, and a
/// button that folds them; the items stand behind it in one box. HTML.
/// @param kinds  that items have, for the choice.
std::string finder(const std::vector<std::string>& kinds);

/// A folded item of such a box. @param summary, body  HTML. @param kinds  of the item, text without
/// "|".
std::string item(const std::string& summary, const std::string& body,
                 const std::vector<std::string>& kinds, bool open = false);

/// A box with a title. @param title  text; @param body  HTML.
std::string card(const std::string& title, const std::string& body);

/// A table cell with a number, aligned right.
std::string number_cell(double value);

}  // namespace vrlt::page
