#include "vrlt/checkpoint/safetensors.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string little_endian(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

/// The file of a header and so many bytes of data.
std::string file_of(const std::string& header, size_t data_bytes) {
  return little_endian(header.size()) + header + std::string(data_bytes, '\1');
}

NamedTensors tensors_of_every_dtype() {
  return {{"f64", at::arange(6, at::kDouble).view({2, 3})},
          {"f32", at::arange(6, at::kFloat).view({2, 3}).t()},  // strided
          {"f16", at::arange(5, at::kHalf)},
          {"bf16", at::arange(5, at::kBFloat16)},
          {"i64", at::tensor({int64_t{-1}, int64_t{1} << 40}, at::kLong)},
          {"i32", at::tensor({-7, 8}, at::kInt)},
          {"i16", at::tensor({-300}, at::kShort)},
          {"i8", at::tensor({-128, 127, 0}, at::kChar)},
          {"u8", at::tensor({255}, at::kByte)},
          {"bool", at::tensor({1, 0, 1}, at::kByte).to(at::kBool)},
          {"scalar", at::scalar_tensor(2.5)},
          {"empty", at::zeros({3, 0, 2})},
          {"expanded", at::ones({1}).expand({4})},
          {"every other", at::arange(10, at::kFloat).slice(0, 0, 10, 2)},
          {"name with \"quotes\" and \xc3\xa9", at::zeros({1})}};
}

class SafetensorsTest : public ::testing::Test {
 protected:
  fs::path path(const char* name = "x.safetensors") const { return folder_.path() / name; }
  std::string message(const std::string& bytes) const {
    std::ofstream(path(), std::ios::binary) << bytes;
    try {
      const SafetensorsFile file(path());
    } catch (const CheckpointError& error) {
      return error.what();
    }
    return "";
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(SafetensorsTest, RoundTripOfEveryDtype) {
  const auto tensors = tensors_of_every_dtype();
  write_safetensors(path(), tensors, {{"step", "7"}});
  const SafetensorsFile file(path());
  EXPECT_EQ(file.names().size(), tensors.size());
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"format", "pt"}, {"step", "7"}}));
  for (const auto& [name, tensor] : tensors) {
    ASSERT_TRUE(file.contains(name)) << name;
    const auto read = file.tensor(name);
    EXPECT_EQ(read.scalar_type(), tensor.scalar_type()) << name;
    EXPECT_EQ(read.sizes(), tensor.sizes()) << name;
    EXPECT_TRUE(read.is_contiguous()) << name;
    EXPECT_TRUE(at::equal(read, tensor)) << name;
    EXPECT_EQ(file.entry(name).dtype, tensor.scalar_type());
  }
  EXPECT_THROW(file.tensor("nothing"), CheckpointError);
}

TEST_F(SafetensorsTest, TheFileIsAsTheFormatWantsIt) {
  write_safetensors(path(), {{"a", at::tensor({1, 2}, at::kByte)}, {"b", at::tensor({1.0F})}});
  const auto bytes = io::read_file(path(), 1 << 20);
  uint64_t length = 0;
  for (int i = 7; i >= 0; --i)
    length = length << 8 | static_cast<unsigned char>(bytes[static_cast<size_t>(i)]);
  EXPECT_EQ((8 + length) % 8, 0u) << "data must begin aligned";
  const auto header = io::parse_json(bytes.substr(8, length), "header");
  EXPECT_EQ(header["__metadata__"]["format"], "pt");  // transformers up to 4.57 insists on it
  EXPECT_EQ(header["b"]["dtype"], "F32");
  EXPECT_EQ(header["b"]["data_offsets"], io::Json({0, 4})) << "larger items first";
  EXPECT_EQ(header["a"]["data_offsets"], io::Json({4, 6}));
  EXPECT_EQ(header["a"]["shape"], io::Json::array({2}));
  // 1.0f, then 1 and 2
  EXPECT_EQ(bytes.substr(8 + length), std::string("\x00\x00\x80\x3f\x01\x02", 6));
}

TEST_F(SafetensorsTest, ATensorOutlivesItsFile) {
  write_safetensors(path(), {{"a", at::arange(1000, at::kFloat)}});
  const auto tensor = SafetensorsFile(path()).tensor("a");
  EXPECT_TRUE(at::equal(tensor, at::arange(1000, at::kFloat)));
  // replaces the name, not the bytes that are mapped
  write_safetensors(path(), {{"a", at::zeros({1000})}});
  EXPECT_TRUE(at::equal(tensor, at::arange(1000, at::kFloat)));
}

TEST_F(SafetensorsTest, UnalignedDataAreCopied) {
  // One byte first: the float behind it lies at an odd address.
  const std::string header =
      R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})";
  io::write_file_atomic(
      path(), little_endian(header.size()) + header + std::string("\x07\x00\x00\x80\x3f", 5));
  const SafetensorsFile file(path());
  EXPECT_EQ(file.tensor("f").item<float>(), 1.0F);
  EXPECT_EQ(file.tensor("b").item<uint8_t>(), 7);
}

TEST_F(SafetensorsTest, ABoolOfAnyByteIsABool) {
  const std::string header = R"({"b":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}})";
  io::write_file_atomic(path(),
                        little_endian(header.size()) + header + std::string("\x00\x02\xff", 3));
  EXPECT_TRUE(at::equal(SafetensorsFile(path()).tensor("b"),
                        at::tensor({0, 1, 1}, at::kByte).to(at::kBool)));
}

TEST_F(SafetensorsTest, SoundOddities) {
  EXPECT_EQ(message(file_of("{}", 0)), "");
  EXPECT_EQ(message(file_of("{}      ", 0)), "") << "padding";
  EXPECT_EQ(message(file_of(R"({"__metadata__":{}})", 0)), "");
  EXPECT_EQ(
      message(file_of(
          R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})",
          2)),
      "")
      << "any order";
  EXPECT_EQ(
      message(file_of(
          R"({"e":{"dtype":"F32","shape":[0,9],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
          1)),
      "");
}

struct Broken {
  std::string name;
  std::string bytes;
  std::string expected;     ///< Part of the message; the path is expected always.
  std::string tensor = "";  ///< The same, if the error is about one.
};
void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.name; }

/// A header with one tensor "t" of the given fields, and `data_bytes` of data.
Broken one(const std::string& name, const std::string& fields, size_t data_bytes,
           const std::string& expected) {
  return {name, file_of("{\"t\":{" + fields + "}}", data_bytes), expected, "tensor \"t\": "};
}

std::vector<Broken> broken_files() {
  const std::string t4 = R"("t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  return {
      {"empty", "", "too short"},
      {"seven_bytes", "\2\0\0\0\0\0\0", "too short"},
      {"length_zero", little_endian(0), "does not begin with '{'"},
      {"length_beyond_the_file", little_endian(100) + "{}", "truncated?"},
      {"length_one_too_many", little_endian(3) + "{}", "truncated?"},
      {"length_of_100_megabytes", little_endian(100'000'001) + "{}", "at most 100000000"},
      {"length_of_2_to_the_63", little_endian(1ULL << 63) + "{}", "at most"},
      {"length_of_all_ones", little_endian(~0ULL) + "{}", "at most"},
      {"a_text_file", "{\"this\": \"is json\"}", "bytes"},
      {"a_zip_file", little_endian(4) + "PK\3\4", "does not begin with '{'"},
      {"an_array", file_of("[1, 2]", 0), "does not begin with '{'"},
      {"leading_space", file_of(" {}", 0), "does not begin with '{'"},
      {"unclosed", file_of("{\"t\":", 0), "not valid JSON at byte"},
      {"trailing_text", file_of("{} x", 0), "not valid JSON at byte"},
      {"trailing_zeros", file_of(std::string("{}\0\0", 4), 0), "not valid JSON at byte"},
      {"invalid_utf8", file_of("{\"\xff\":1}", 0), "not valid JSON"},
      {"a_comment", file_of("{/* */}", 0), "not valid JSON"},
      {"deep_nesting",
       file_of("{\"__metadata__\":" + std::string(100, '[') + std::string(100, ']') + "}", 0),
       "nested deeper"},
      {"duplicate_names", file_of("{" + t4 + "," + t4 + "}", 4), "duplicate key \"t\""},
      {"duplicate_fields",
       file_of(R"({"t":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})", 4),
       "duplicate key \"dtype\""},
      {"metadata_is_no_object", file_of(R"({"__metadata__":[]})", 0), "__metadata__"},
      {"metadata_of_numbers", file_of(R"({"__metadata__":{"format":1}})", 0),
       "__metadata__: the value of \"format\" is 1, expected a text"},
      {"a_tensor_is_a_number", file_of(R"({"t":3})", 0), "tensor \"t\": expected an object"},
      {"a_tensor_is_null", file_of(R"({"t":null})", 0), "tensor \"t\": expected an object"},
      one("no_dtype", R"("shape":[1],"data_offsets":[0,4])", 4, "no \"dtype\""),
      one("no_shape", R"("dtype":"F32","data_offsets":[0,4])", 4, "no \"shape\""),
      one("no_offsets", R"("dtype":"F32","shape":[1])", 4, "no \"data_offsets\""),
      one("unknown_dtype", R"("dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4])", 4,
          "unknown dtype \"F8_E4M3\""),
      one("lower_case_dtype", R"("dtype":"f32","shape":[1],"data_offsets":[0,4])", 4,
          "unknown dtype \"f32\""),
      one("dtype_is_a_number", R"("dtype":32,"shape":[1],"data_offsets":[0,4])", 4,
          "unknown dtype 32"),
      one("shape_is_a_number", R"("dtype":"F32","shape":1,"data_offsets":[0,4])", 4,
          "shape is not an array"),
      one("negative_size", R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])", 4,
          "shape has the size -1"),
      one("fractional_size", R"("dtype":"F32","shape":[1.0],"data_offsets":[0,4])", 4,
          "shape has the size 1.0"),
      one("size_as_text", R"("dtype":"F32","shape":["1"],"data_offsets":[0,4])", 4,
          "shape has the size \"1\""),
      one("size_of_2_to_the_64",
          R"("dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4])", 4,
          "shape has the size"),
      one("product_overflows_to_zero",
          R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])", 0,
          "shape overflows"),
      one("product_overflows_to_four",
          R"("dtype":"U8","shape":[3,6148914691236517206,2],"data_offsets":[0,4])", 4,
          "shape overflows"),
      one("strides_overflow_behind_a_zero",
          R"("dtype":"F32","shape":[0,1099511627776,1099511627776],"data_offsets":[0,0])", 0,
          "shape overflows"),
      one(
          "hundred_dimensions",
          "\"dtype\":\"U8\",\"shape\":[1" +
              [] {
                std::string more;
                for (int i = 0; i < 99; ++i) more += ",1";
                return more;
              }() +
              "],\"data_offsets\":[0,1]",
          1, "at most 64"),
      one("offsets_are_a_number", R"("dtype":"F32","shape":[1],"data_offsets":4)", 4,
          "data_offsets is not [begin, end]"),
      one("three_offsets", R"("dtype":"F32","shape":[1],"data_offsets":[0,4,8])", 4,
          "data_offsets is not [begin, end]"),
      one("negative_offset", R"("dtype":"F32","shape":[1],"data_offsets":[-4,0])", 4,
          "data_offsets is not [begin, end]"),
      one("fractional_offset", R"("dtype":"F32","shape":[1],"data_offsets":[0,4.0])", 4,
          "data_offsets is not [begin, end]"),
      one("offsets_run_backwards", R"("dtype":"F32","shape":[1],"data_offsets":[4,0])", 4,
          "run backwards"),
      one("fewer_bytes_than_the_shape", R"("dtype":"F32","shape":[2],"data_offsets":[0,4])", 4,
          "hold 4 bytes, dtype and shape need 8"),
      one("more_bytes_than_the_shape", R"("dtype":"F32","shape":[1],"data_offsets":[0,8])", 8,
          "hold 8 bytes, dtype and shape need 4"),
      one("bytes_of_an_empty_tensor", R"("dtype":"F32","shape":[0],"data_offsets":[0,4])", 4,
          "need 0"),
      one("beyond_the_data", R"("dtype":"F32","shape":[2],"data_offsets":[0,8])", 4, "truncated?"),
      one("far_beyond_the_data",
          R"("dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807])", 4,
          "truncated?"),
      one("gap_in_front", R"("dtype":"F32","shape":[1],"data_offsets":[4,8])", 8, "leaves a gap"),
      {"gap_between",
       file_of("{" + t4 + R"(,"u":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}})", 6),
       "tensor \"u\": begins at 5, leaves a gap after 4"},
      {"overlap",
       file_of("{" + t4 + R"(,"u":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})", 6),
       "tensor \"u\": begins at 2, overlaps"},
      {"the_same_bytes_twice",
       file_of("{" + t4 + R"(,"u":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4),
       "tensor \"u\": begins at 0, overlaps"},
      {"bytes_behind_the_last", file_of("{" + t4 + "}", 5), "1 bytes after the last tensor"},
      {"data_without_tensors", file_of("{}", 3), "3 bytes after the last tensor"},
  };
}

class BrokenSafetensors : public SafetensorsTest, public ::testing::WithParamInterface<Broken> {};

TEST_P(BrokenSafetensors, IsALocatedError) {
  const auto error = message(GetParam().bytes);
  EXPECT_THAT(error, HasSubstr(path().string()));
  EXPECT_THAT(error, HasSubstr(GetParam().expected));
  EXPECT_THAT(error, HasSubstr(GetParam().tensor));
}

INSTANTIATE_TEST_SUITE_P(Headers, BrokenSafetensors, ::testing::ValuesIn(broken_files()),
                         [](const auto& info) { return info.param.name; });

TEST_F(SafetensorsTest, EveryTruncationIsAnError) {
  write_safetensors(path(), {{"a", at::arange(3, at::kFloat)}, {"b", at::arange(2, at::kByte)}});
  const auto whole = io::read_file(path(), 1 << 20);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(message(whole.substr(0, size)), "") << "cut to " << size;
  EXPECT_EQ(message(whole), "");
}

TEST_F(SafetensorsTest, AMissingFileIsAMissingInput) {
  EXPECT_THROW(SafetensorsFile{path("none.safetensors")}, MissingInputError);
  EXPECT_THROW(SafetensorsFile{path().parent_path()}, CheckpointError);  // a folder
}

TEST_F(SafetensorsTest, ARefusedWriteLeavesTheOldFile) {
  write_safetensors(path(), {{"a", at::ones({1})}});
  const auto before = io::read_file(path(), 1 << 20);
  EXPECT_THROW(write_safetensors(path(), {{"a", at::ones({1})}, {"a", at::ones({1})}}),
               CheckpointError);
  EXPECT_THROW(write_safetensors(path(), {{"__metadata__", at::ones({1})}}), CheckpointError);
  EXPECT_THROW(write_safetensors(path(), {{"c", at::zeros({1}, at::kComplexFloat)}}),
               CheckpointError);
  EXPECT_THROW(write_safetensors(path(), {{"u", at::Tensor()}}), CheckpointError);
  EXPECT_THROW(write_safetensors(path("no/such/folder/x.safetensors"), {{"a", at::ones({1})}}),
               DiskError);
  EXPECT_EQ(io::read_file(path(), 1 << 20), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(path().parent_path()), {}), 1)
      << "a temporary file is left";
}

NamedTensors four_tensors() {
  return {{"a", at::arange(3, at::kFloat)},
          {"b", at::arange(5, at::kFloat)},
          {"c", at::arange(2, at::kFloat)},
          {"d", at::arange(1, at::kFloat)}};
}

TEST(ShardedFolder, RoundTripAtEveryLimit) {
  for (const uint64_t limit : {1, 8, 12, 20, 32, 43, 44, 1000}) {  // 12 + 20 + 8 + 4 bytes
    const test::TemporaryFolder folder;
    save_sharded(folder.path() / "model", four_tensors(), limit);
    EXPECT_EQ(fs::exists(folder.path() / "model" / "model.safetensors"), limit >= 44) << limit;
    const auto loaded = load_sharded(folder.path() / "model");
    ASSERT_EQ(loaded.size(), 4u);
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(loaded[i].first, four_tensors()[i].first);
      EXPECT_TRUE(at::equal(loaded[i].second, four_tensors()[i].second)) << limit;
    }
  }
}

TEST(ShardedFolder, NamesShardsAndSizesAsTransformersDoes) {
  const test::TemporaryFolder folder;
  save_sharded(folder.path(), four_tensors(), 20);
  const auto index = io::read_json(folder.path() / "model.safetensors.index.json");
  EXPECT_EQ(index["metadata"]["total_size"], 44);
  // 12; 20 more do not fit
  EXPECT_EQ(index["weight_map"]["a"], "model-00001-of-00003.safetensors");
  EXPECT_EQ(index["weight_map"]["b"], "model-00002-of-00003.safetensors");  // 20 exactly
  EXPECT_EQ(index["weight_map"]["c"], "model-00003-of-00003.safetensors");  // 8 + 4
  EXPECT_EQ(index["weight_map"]["d"], "model-00003-of-00003.safetensors");
}

TEST(ShardedFolder, TheLaterSaveWins) {
  const test::TemporaryFolder folder;
  save_sharded(folder.path(), four_tensors(), 20);
  save_sharded(folder.path(), {{"a", at::ones({1})}});
  ASSERT_EQ(load_sharded(folder.path()).size(), 1u);
  save_sharded(folder.path(), four_tensors(), 20);
  EXPECT_EQ(load_sharded(folder.path()).size(), 4u);
}

TEST(ShardedFolder, ABrokenIndexIsALocatedError) {
  const test::TemporaryFolder folder;
  save_sharded(folder.path(), four_tensors(), 20);
  const auto path = folder.path() / "model.safetensors.index.json";
  const std::pair<const char*, const char*> broken[] = {
      {"{", "not valid JSON"},
      {"[]", "no object \"weight_map\""},
      {"{}", "no object \"weight_map\""},
      {R"({"weight_map": []})", "no object \"weight_map\""},
      {R"({"weight_map": {"a": 1}})", "tensor \"a\": shard is not a name"},
      {R"({"weight_map": {"a": "../model-00001-of-00003.safetensors"}})", "not a plain file name"},
      {R"({"weight_map": {"a": "/etc/passwd"}})", "not a plain file name"},
      {R"({"weight_map": {"a": ".."}})", "not a plain file name"},
      {R"({"weight_map": {"a": ""}})", "not a plain file name"},
      {R"({"weight_map": {"x": "model-00001-of-00003.safetensors"}})",
       "no tensor \"x\", which the index promises"},
  };
  for (const auto& [text, expected] : broken) {
    io::write_file_atomic(path, text);
    try {
      load_sharded(folder.path());
      ADD_FAILURE() << text;
    } catch (const CheckpointError& error) {
      EXPECT_THAT(error.what(), HasSubstr(expected));
      EXPECT_THAT(error.what(), HasSubstr(folder.path().string()));
    }
  }
  io::write_file_atomic(path, R"({"weight_map": {"a": "model-00009-of-00009.safetensors"}})");
  EXPECT_THROW(load_sharded(folder.path()), MissingInputError);
}

TEST(ShardedFolder, MetadataOfTheIndexIsNotNeeded) {
  const test::TemporaryFolder folder;
  save_sharded(folder.path(), four_tensors(), 20);
  auto index = io::read_json(folder.path() / "model.safetensors.index.json");
  index.erase("metadata");
  io::write_file_atomic(folder.path() / "model.safetensors.index.json", index.dump());
  EXPECT_EQ(load_sharded(folder.path()).size(), 4u);
}

}  // namespace
}  // namespace vrlt::checkpoint
