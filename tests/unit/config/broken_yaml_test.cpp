#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/config/load.h"

namespace vrlt::config {
namespace {

using test::BrokenFile;
using test::repeated;

/// Nine lists, each of nine of the one before: 9^9 texts.
std::string billion_laughs() {
  std::string text = "a0: &a0 [lol]\n";
  for (int i = 1; i < 10; ++i)
    text += concat("a", i, ": &a", i, " [", repeated(concat("*a", i - 1, ","), 9), "]\n");
  return text + "records: *a9\n";
}

const BrokenFile kBroken[] = {
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"a_list", "[name, x]", ":1:1: expected keys and values at the top level"},
    {"a_text", "name", ":1:1: expected keys and values at the top level"},
    {"unclosed_list", "name: x\nrecords: [a", ":2:"},
    {"unclosed_quote", "name: \"x",
     ":1:7: the quote \" that opens here is not closed on this line"},
    {"unknown_escape", "name: \"\\q\"", ":1:10: unknown escape character: q"},
    {"quote_that_swallows_keys", "name: 'x\nsteps: 3\nrecords: 'a'\n",
     ":1:7: the quote ' that opens here is not closed on this line"},
    {"quote_in_a_list", "records: [\"a.jsonl, b.jsonl]\nname: \"x\"\n",
     ":1:11: the quote \" that opens here is not closed on this line"},
    {"quote_behind_a_dash", "records:\n  - 'a.jsonl\n  - b'\n",
     ":2:5: the quote ' that opens here"},
    {"tab_as_indent", "name: x\nsection:\n\trate: 0.5\n",
     ":3:1: a tab indents this line; YAML wants spaces"},
    {"utf16", std::string("\xFF\xFEn\0a\0m\0e\0:\0 \0x\0\n\0", 18), "UTF-16"},
    {"utf16_without_a_mark", std::string("n\0a\0m\0e\0:\0 \0x\0\n\0", 16), "UTF-16"},
    {"utf32", std::string("\xFF\xFE\0\0n\0\0\0a\0\0\0", 12), "UTF-32"},
    {"latin1", "name: x\n# caf\xE9\n",
     ":2:6: the byte 0xE9 is no UTF-8: a config is text in UTF-8"},
    {"half_a_character", "name: \xE2\x82", ":1:7: the byte 0xE2 is no UTF-8"},
    {"nul", std::string("name: x\nsteps: 1\0\n", 18), ":2:9: a control character (0x00)"},
    {"escape", "name: x\x1B[2J\n", ":1:8: a control character (0x1B)"},
    {"nul_by_an_escape", "name: \"x\\0y\"\n",
     ":1:7: name is \"x\\u0000y\", expected text without a NUL"},
    {"bad_indent", "name: x\n  steps: 3\n", ":2:"},
    {"json_comment", "{\"name\": \"x\" /* no */}", ":1:"},
    {"anchor", "name: &a x\n", ":1:7: anchors and aliases are not supported"},
    {"alias_of_nothing", "name: *a\n", ":1:7: the referenced anchor is not defined"},
    {"list_that_holds_itself", "name: x\nrecords: &a [*a]\n",
     ":2:10: anchors and aliases are not supported"},
    {"billion_laughs", billion_laughs(), ":1:5: anchors and aliases are not supported"},
    {"two_documents", "name: x\n---\nname: y\n", "more than one document, expected one"},
    {"nested_lists", [] { return concat("records: ", repeated("[", 100'000)); }, ":1:"},
    {"nested_maps", [] { return concat("name: ", repeated("{a: ", 100'000)); }, ":1:"},
    {"nested_by_dashes", [] { return concat("records: \n", repeated("- ", 100'000)); }, ":2:"},
    {"a_list_as_key", "name: x\n? [a, b]\n: 1\n", ":2:3: a key must be a word"},
    {"key_of_control_characters", "name: x\n\"\\e[2J\": 1\n", ":2:1: unknown key \"\\u001b[2J\""},
    {"value_of_control_characters", "name: x\nsteps: \"\\e[2J\"\n",
     ":2:8: steps is \"\\u001b[2J\", expected an integer"},
    {"value_of_a_megabyte", [] { return concat("name: x\nsteps: ", repeated("9", 1'000'000)); },
     ":2:8: steps is \"999"},
    {"number_of_a_megabyte",
     [] { return concat("name: x\nsteps: -", repeated("0", 1'000'000), "1"); },
     ":2:8: steps is \"-000"},
    {"key_of_a_kilobyte", [] { return concat("name: x\n", repeated("k", 1000), ": 3\n"); },
     ":2:1: unknown key \"kkk"},
    {"above_a_megabyte", [] { return repeated("#", (1 << 20) + 1); },
     "1048577 bytes, expected at most 1048576"},
};

class BrokenYaml : public testing::TestWithParam<BrokenFile> {
 protected:
  /// Reads fields of three kinds.
  void read(const std::filesystem::path& path) {
    std::string name;
    int64_t steps = 1;
    std::vector<std::string> records;
    load(path, {},
         [&](FieldVisitor& v) {
           v.field({.name = "name", .help = "of the run"}, name);
           v.field({.name = "steps", .help = "how many", .min = 1}, steps);
           v.field({.name = "records", .help = "files"}, records);
         },
         {});
  }
  test::TemporaryFolder folder_;
};

TEST_P(BrokenYaml, IsALocatedError) {
  const auto path = folder_.path() / "x.yaml";
  test::expect_refused(GetParam(), path, [&] { read(path); });
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenYaml, testing::ValuesIn(kBroken), test::row_name);

TEST_F(BrokenYaml, ManyMistakesAreCounted) {
  std::ofstream file(folder_.path() / "x.yaml");
  for (int i = 0; i < 100'000; ++i) file << 'k' << i << ": 1\n";
  file.close();
  try {
    read(folder_.path() / "x.yaml");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::EndsWith("\n... and 99950 more"));
  }
}

TEST_F(BrokenYaml, IsNoConfigToCompareWith) {
  EXPECT_THROW(differences("a: &a [*a]", "a: 1"), ConfigError);
  EXPECT_THROW(differences("a: 1", "a: [" + repeated("[", 100'000)), ConfigError);
}

}  // namespace
}  // namespace vrlt::config
