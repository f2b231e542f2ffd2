#pragma once

#include <string>

namespace vrlt::page {

/// A self-contained HTML page: no network, and one look for everything that vrlt writes. Charts of
/// line_chart() show the value under the pointer.
/// @param title  text; @param body  HTML.
std::string whole_page(const std::string& title, const std::string& body);

}  // namespace vrlt::page
