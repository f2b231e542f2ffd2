// Files that safetensors_test.cpp does not break: what the reference parser refuses besides, sizes,
// and the index of shards.
#include <ATen/ops/ones.h>

#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/checkpoint/safetensors.h"

namespace vrlt::checkpoint {
namespace {

using test::BrokenFile;
using test::repeated;

std::string with_length(const std::string& header, const std::string& data = "") {
  std::string bytes;
  for (int i = 0; i < 8; ++i)
    bytes += static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i) & 0xff);
  return bytes + header + data;
}

/// A header with one tensor "t" of the given fields, and 4 bytes of data.
std::string tensor(const std::string& fields) {
  return with_length("{\"t\":{" + fields + "}}", "\1\1\1\1");
}

const BrokenFile kBrokenHeaders[] = {
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"html_page", "<!DOCTYPE html><html><body>404: Not Found</body></html>",
     "expected at most 100000000"},
    {"gzip", [] { return "\x1f\x8b\x08" + repeated("x", 100); }, "expected at most 100000000"},
    {"all_zeros", std::string(64, '\0'), "does not begin with '{'"},
    {"byte_order_mark", with_length("\xEF\xBB\xBF{}"), "does not begin with '{' at byte 9"},
    {"utf16", with_length(std::string("{\0}\0", 4)), "header: not valid JSON at byte 2"},
    {"nul_padding", with_length(std::string("{}\0\0\0\0\0\0", 8)),
     "header: not valid JSON at byte 3: a NUL"},
    {"truncated_utf8", with_length("{\"\xE4\xBD"), "header: not valid JSON"},
    {"lone_surrogate_in_a_name",
     with_length(R"({"\ud800":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234"),
     "surrogate"},
    {"nan_in_shape", tensor(R"("dtype":"F32","shape":[NaN],"data_offsets":[0,4])"),
     "not valid JSON at byte"},
    {"metadata_twice", with_length(R"({"__metadata__":{},"__metadata__":{}})"),
     "duplicate key \"__metadata__\" at byte"},
    {"duplicate_names_by_escape", with_length(R"({"t":{},"\u0074":{}})"), "duplicate key \"t\""},
    {"metadata_of_lists", with_length(R"({"__metadata__":{"a":["b"]}})"),
     "__metadata__: the value of \"a\" is [\"b\"]"},
    {"metadata_of_null", with_length(R"({"__metadata__":{"a":null}})"),
     "__metadata__: the value of \"a\" is null"},
    {"metadata_key_of_control_characters", with_length(R"({"__metadata__":{"\u001b]0;x":1}})"),
     R"("\u001b]0;x" is 1)"},
    {"name_of_control_characters", with_length(R"({"a\nb\u001b[31m":1})"),
     R"(tensor "a\nb\u001b[31m": expected an object)"},
    {"long_name", [] { return with_length("{\"" + repeated("n", 60'000) + "\":1}"); },
     "expected an object"},
    {"name_above_64_kilobytes", [] { return with_length("{\"" + repeated("n", 70'000) + "\":1}"); },
     "a key of 70000 bytes"},
    {"eight_bit_float", tensor(R"("dtype":"F8_E5M2","shape":[4],"data_offsets":[0,4])"),
     "unknown dtype \"F8_E5M2\"; known: F64, F32"},
    {"unsigned_of_64_bits", tensor(R"("dtype":"U64","shape":[],"data_offsets":[0,4])"),
     "unknown dtype \"U64\""},
    {"dtype_of_a_megabyte", [] { return tensor("\"dtype\":\"" + repeated("F", 1'000'000) + "\""); },
     "unknown dtype \"FFF"},
    {"dtype_is_null", tensor(R"("dtype":null,"shape":[1],"data_offsets":[0,4])"),
     "unknown dtype null"},
    {"shape_is_null", tensor(R"("dtype":"F32","shape":null,"data_offsets":[0,4])"),
     "shape is not an array"},
    {"shape_of_shapes", tensor(R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])"),
     "shape has the size [1]"},
    {"size_as_float", tensor(R"("dtype":"F32","shape":[1e0],"data_offsets":[0,4])"),
     "shape has the size 1.0"},
    {"negative_zero_size", tensor(R"("dtype":"F32","shape":[-0],"data_offsets":[0,0])"),
     "shape has the size"},
    {"size_of_2_to_the_63",
     tensor(R"("dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4])"),
     "9223372036854775808, expected"},
    {"size_of_2_to_the_70",
     tensor(R"("dtype":"U8","shape":[1180591620717411303424],"data_offsets":[0,4])"),
     "shape has the size"},
    {"bytes_of_2_to_the_63",
     tensor(R"("dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,4])"),
     "shape overflows"},
    {"many_dimensions",
     [] {
       return tensor("\"dtype\":\"U8\",\"shape\":[" + repeated("1,", 500'000) +
                     "1],\"data_offsets\":[0,1]");
     },
     "at most 64 numbers"},
    {"offsets_are_null", tensor(R"("dtype":"F32","shape":[1],"data_offsets":null)"),
     "not [begin, end] in bytes but null"},
    {"offsets_of_texts", tensor(R"("dtype":"F32","shape":[1],"data_offsets":["0","4"])"),
     "not [begin, end] in bytes but [\"0\",\"4\"]"},
    {"offset_of_2_to_the_64",
     tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616])"),
     "not [begin, end]"},
    {"span_of_all_bytes",
     tensor(
         R"("dtype":"U8","shape":[4],"data_offsets":[18446744073709551612,18446744073709551615])"),
     "hold 3 bytes"},
    {"empty_tensor_inside_another",
     with_length(
         R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}})",
         "1234"),
     "tensor \"e\": begins at 2, overlaps"},
    {"empty_tensor_beyond_the_data",
     with_length(
         R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0],"data_offsets":[9,9]}})",
         "1234"),
     "tensor \"e\": begins at 9, leaves a gap after 4"},
    {"contained",
     with_length(
         R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
         "12345678"),
     "tensor \"b\": begins at 2, overlaps"},
    {"header_of_100_megabytes_of_lists",
     [] { return with_length("{\"t\":[" + repeated("[],", 33'000'000) + "1]}"); },
     "more than 524288 values at byte"},
    {"header_of_one_100_megabyte_text",
     [] { return with_length("{\"t\":\"" + repeated("x", 99'000'000) + "\"}"); },
     "tensor \"t\": expected an object"},
    {"header_of_one_100_megabyte_name",
     [] { return with_length("{\"" + repeated("x", 99'000'000) + "\":1}"); },
     "a key of 99000000 bytes"},
};

class BrokenHeaders : public testing::TestWithParam<BrokenFile> {
 protected:
  test::TemporaryFolder folder_;
};

TEST_P(BrokenHeaders, AreLocatedErrors) {
  const auto path = folder_.path() / "x.safetensors";
  test::expect_refused(GetParam(), path, [&] { SafetensorsFile{path}; });
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenHeaders, testing::ValuesIn(kBrokenHeaders), test::row_name);

std::string map_of(const std::string& entries) { return "{\"weight_map\":{" + entries + "}}"; }

/// Beside 1.safetensors, which holds the tensor "a", and 2.safetensors, which holds "b".
const BrokenFile kBrokenIndexes[] = {
    {"empty", "", "not valid JSON at byte 1"},
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"truncated", R"({"weight_map":{"a":"1.safe)", "not valid JSON at byte 27"},
    {"a_text", "\"weight_map\"", "no object \"weight_map\""},
    {"null", "null", "no object \"weight_map\""},
    {"map_is_null", R"({"weight_map":null})", "no object \"weight_map\""},
    {"map_is_a_text", R"({"weight_map":"1.safetensors"})", "no object \"weight_map\""},
    {"map_twice", R"({"weight_map":{"a":"1.safetensors"},"weight_map":{}})",
     "duplicate key \"weight_map\" at byte"},
    {"tensor_twice", map_of(R"("a":"1.safetensors","a":"2.safetensors")"),
     "duplicate key \"a\" at byte"},
    {"shard_is_null", map_of(R"("a":null)"), "tensor \"a\": shard is not a name but null"},
    {"shard_is_a_list", map_of(R"("a":["1.safetensors"])"),
     "tensor \"a\": shard is not a name but [\"1.safetensors\"]"},
    {"path_upwards", map_of(R"("a":"../1.safetensors")"),
     "tensor \"a\": shard \"../1.safetensors\" is not a plain file name"},
    {"path_upwards_inside", map_of(R"("a":"x/../1.safetensors")"), "is not a plain file name"},
    {"path_of_here", map_of(R"("a":"./1.safetensors")"), "is not a plain file name"},
    {"absolute_path", map_of(R"("a":"/1.safetensors")"), "is not a plain file name"},
    {"here", map_of(R"("a":".")"), "is not a plain file name"},
    {"backslash", map_of(R"("a":"..\\1.safetensors")"), "is not a plain file name"},
    {"nul", map_of(R"("a":"1.safetensors\u0000.txt")"),
     R"(shard "1.safetensors\u0000.txt" is not a plain file name)"},
    {"name_of_300_bytes", [] { return map_of("\"a\":\"" + repeated("s", 300) + "\""); },
     "cannot open"},
    {"missing_shard", map_of(R"("a":"3.safetensors")"), "3.safetensors: no such file"},
    {"shard_is_the_index", map_of(R"("a":"model.safetensors.index.json")"),
     "model.safetensors.index.json: header of"},
    {"tensor_in_another_shard", map_of(R"("a":"1.safetensors","b":"1.safetensors")"),
     "1.safetensors: no tensor \"b\", which the index promises"},
    {"tensor_in_no_shard", map_of(R"("a":"1.safetensors","c":"2.safetensors")"),
     "2.safetensors: no tensor \"c\", which the index promises"},
    {"metadata_as_a_tensor", map_of(R"("__metadata__":"1.safetensors")"),
     "no tensor \"__metadata__\""},
    {"nested", [] { return "{\"weight_map\":" + repeated("[", 100); },
     "nested deeper than 64 levels at byte 78"},
    {"million_entries",
     [] {
       std::string entries;
       for (int i = 0; i < 1'100'000; ++i) entries += concat('"', i, "\":\"1.safetensors\",");
       return map_of(entries + "\"a\":\"1.safetensors\"");
     },
     "more than 524288 values at byte"},
    {"above_64_megabytes", [] { return repeated(" ", (64 << 20) + 1); },
     "67108865 bytes, expected at most 67108864"},
};

class BrokenIndexes : public testing::TestWithParam<BrokenFile> {
 protected:
  void SetUp() override {
    write_safetensors(folder_.path() / "1.safetensors", {{"a", at::ones({2})}});
    write_safetensors(folder_.path() / "2.safetensors", {{"b", at::ones({3})}});
  }
  test::TemporaryFolder folder_;
};

TEST_P(BrokenIndexes, AreLocatedErrors) {
  test::expect_refused(GetParam(), folder_.path() / "model.safetensors.index.json",
                       folder_.path().string(), [&] { SafetensorsFolder{folder_.path()}; });
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenIndexes, testing::ValuesIn(kBrokenIndexes), test::row_name);

TEST_F(BrokenIndexes, AShardThatIsAnLfsPointerIsNamed) {
  std::ofstream(folder_.path() / "model.safetensors.index.json")
      << map_of(R"("a":"1.safetensors","b":"2.safetensors")");
  const BrokenFile row{"", test::kLfsPointer, "\"git lfs pull\""};
  const auto shard = folder_.path() / "2.safetensors";
  test::expect_refused(row, shard, [&] { SafetensorsFolder{folder_.path()}; });
}

// The reference parser takes them, in the order of their spans.
TEST(SoundOddities, EmptyTensorsLieAnywhereBetweenOthers) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "x.safetensors";
  std::ofstream(path, std::ios::binary) << with_length(
      R"({"z":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"e":{"dtype":"F64","shape":[0],"data_offsets":[1,1]},)"
      R"("a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"unknown":7},"last":{"dtype":"I8","shape":[2,0],"data_offsets":[3,3]}})",
      "123");
  const SafetensorsFile file(path);
  EXPECT_EQ(file.names(), (std::vector<std::string>{"a", "e", "last", "z"}));
  EXPECT_EQ(file.tensor("last").sizes(), (std::vector<int64_t>{2, 0}));
}

}  // namespace
}  // namespace vrlt::checkpoint
