#include "tokenizer/bpe_format.h"

#include "vrlt/core/error.h"

namespace vrlt::tokenizer {
namespace {

/// What tokenizer.json must say: anything else would give other ids than the tokenizer written
/// here.
struct Requirement {
  const char *pointer, *expected;
  bool may_be_null = false;  ///< Or missing.
};
constexpr Requirement kRequirements[] = {
    {"/normalizer/type", R"("NFC")"},
    {"/pre_tokenizer/type", R"("Sequence")"},
    {"/pre_tokenizer/pretokenizers/0/type", R"("Split")"},
    {"/pre_tokenizer/pretokenizers/0/pattern/Regex",
     R"re("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|)re"
     R"re( ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")re"},
    {"/pre_tokenizer/pretokenizers/0/behavior", R"("Isolated")"},
    {"/pre_tokenizer/pretokenizers/0/invert", "false"},
    {"/pre_tokenizer/pretokenizers/1/type", R"("ByteLevel")"},
    {"/pre_tokenizer/pretokenizers/1/add_prefix_space", "false"},
    {"/pre_tokenizer/pretokenizers/1/use_regex", "false"},
    {"/model/type", R"("BPE")"},
    {"/model/continuing_subword_prefix", R"("")", true},
    {"/model/end_of_word_suffix", R"("")", true},
    {"/model/byte_fallback", "false", true},
    {"/model/ignore_merges", "false", true},
};

}  // namespace

void check_supported(const io::Json& json, const std::string& origin) {
  for (const auto& [pointer, expected, may_be_null] : kRequirements) {
    const io::Json::json_pointer place(pointer);
    const io::Json found = json.contains(place) ? json.at(place) : io::Json();
    if (found == io::Json::parse(expected) || (may_be_null && found.is_null())) continue;
    throw DataError(concat(origin, ": ", pointer, " is ", io::excerpt(found), ", only ", expected,
                           " is supported"));
  }
}

std::optional<MergeColumns> split_merge(const std::string& text) {
  const auto space = text.find(' ');
  if (space == std::string::npos || space == 0 || space + 1 == text.size() ||
      text.find(' ', space + 1) != std::string::npos)
    return {};
  return std::pair(text.substr(0, space), text.substr(space + 1));
}

std::optional<MergeColumns> parse_merge(const io::Json& merge) {
  if (merge.is_string()) return split_merge(merge.get<std::string>());
  if (!merge.is_array() || merge.size() != 2 || !merge[0].is_string() || !merge[1].is_string())
    return {};
  return std::pair(merge[0].get<std::string>(), merge[1].get<std::string>());
}

}  // namespace vrlt::tokenizer
