#pragma once

#include <string>

namespace vrlt::rewards {

/// The stem of a word of lower-case ASCII letters and digits: Porter's algorithm (Program 14(3),
/// 1980) with the extensions of NLTK, which rouge-score uses.
std::string porter_stem(const std::string& word);

}  // namespace vrlt::rewards
