// Section `lora` and `model.adapter`: what contradicts what, each told with its place.

#include "vrlt/settings/lora_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/table_case.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/model/adapter_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::settings {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LoraConfigFile : public ::testing::Test {
 protected:
  /// A config that is sound but for these lines.
  TrainConfig load(const std::string& lines, std::vector<std::string>* doubts = nullptr) const {
    io::write_file_atomic(in("c.yaml"),
                          "name: test\noutput: runs\ndata: {records: [a.jsonl], "
                          "root: .}\n" +
                              lines);
    return load_train_config(in("c.yaml"), {}, doubts);
  }
  std::string error(const std::string& lines) const {
    try {
      load(lines);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }
  fs::path in(const std::string& name) const { return folder_.path() / name; }

  /// The folder of an adapter as far as a config looks at it: rank 8, alpha 16, q_proj and up_proj.
  std::string adapter() const {
    io::create_folders(in("adapter"));
    model::LoraConfig lora{.rank = 8, .alpha = 16, .targets = {"q_proj", "up_proj"}};
    io::write_file_atomic(in("adapter") / model::kAdapterConfigFile,
                          model::adapter_config_json({.lora = lora, .base = "b"}).dump());
    io::Json header = io::Json::object();
    for (const char* name : {"self_attn.q_proj.lora_A", "self_attn.q_proj.lora_B",
                             "mlp.up_proj.lora_A", "mlp.up_proj.lora_B"})
      header[concat("base_model.model.model.layers.0.", name, ".weight")] = {
          {"dtype", "F32"}, {"shape", {0}}, {"data_offsets", {0, 0}}};
    const auto text = header.dump();
    const uint64_t length = text.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    io::write_file_atomic(in("adapter") / model::kAdapterWeightsFile, bytes + text);
    return in("adapter").string();
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(LoraConfigFile, IsOffUnlessARankIsGiven) {
  EXPECT_FALSE(load("model: {path: m}\n").lora.is_on());
  const auto lora = load("model: {path: m}\nlora: {rank: 16}\n").lora;
  EXPECT_EQ(lora.rank, 16);
  EXPECT_EQ(lora.scale(), 2.0) << "alpha 32";
  EXPECT_EQ(lora.targets.size(), 7U);
  EXPECT_EQ(load("model: {path: m}\nlora: {rank: 16, rslora: true}\n").lora.scale(), 8.0);
}

TEST_F(LoraConfigFile, OfAnAdapterIsTheAdaptersOwn) {
  const auto folder = adapter();
  const auto lora = load("model: {path: m, adapter: " + folder + "}\n").lora;
  EXPECT_EQ(lora, (model::LoraConfig{.rank = 8, .alpha = 16, .targets = {"up_proj", "q_proj"}}));
  EXPECT_EQ(error("model: {path: m, adapter: " + folder +
                  "}\nlora: {rank: 8, targets: [up_proj, q_proj]}\n"),
            "");
  EXPECT_EQ(adapter_of({.path = "m", .adapter = folder}).rank, 8);
  EXPECT_EQ(adapter_of({.path = "m"}).rank, 0);
}

TEST_F(LoraConfigFile, ThatContradictsItsAdapterIsRefused) {
  const auto model = "model: {path: m, adapter: " + adapter() + "}\n";
  EXPECT_THAT(error(model + "lora: {rank: 16}\n"),
              AllOf(HasSubstr("c.yaml:5:8: rank is 16, and the adapter "), HasSubstr(" has 8; ")));
  EXPECT_THAT(error(model + "lora: {rank: 0}\n"), HasSubstr("rank is 0, and the adapter "));
  EXPECT_THAT(error(model + "lora: {alpha: 8}\n"), HasSubstr("alpha is 8, and the adapter "));
  EXPECT_THAT(error(model + "lora: {rslora: true}\n"), HasSubstr("rslora is true, and the"));
  EXPECT_THAT(error(model + "lora: {targets: [q_proj]}\n"),
              AllOf(HasSubstr("targets are q_proj, and the"), HasSubstr("has q_proj, up_proj")));
}

struct Mistake {
  std::string name, lines, message;
};
VRLT_PRINT_ROW_NAME(Mistake)

class LoraMistake : public LoraConfigFile, public ::testing::WithParamInterface<Mistake> {};

TEST_P(LoraMistake, IsToldWithItsPlace) {
  EXPECT_THAT(error("model: {path: m}\n" + GetParam().lines), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, LoraMistake,
    ::testing::Values(
        Mistake{"misspelt_target", "lora: {rank: 4, targets: [q_prj]}\n",
                "c.yaml:5:17: unknown target \"q_prj\", expected some of q_proj, k_proj, v_proj, "
                "o_proj, gate_proj, up_proj, down_proj; did you mean \"q_proj\"?"},
        Mistake{"vision_target", "lora: {rank: 4, targets: [qkv]}\n",
                "\"qkv\" is of the vision tower, which has no adapter"},
        Mistake{"no_targets", "lora: {rank: 4, targets: []}\n", "no targets, and an adapter needs"},
        Mistake{"keys_without_rank", "lora: {alpha: 8}\n",
                "\"lora.alpha\" has no effect with lora.rank: 0"},
        Mistake{"blended_reference",
                "lora: {rank: 4}\nalgorithm: {kl_coef: 0.1, reference_sync_every: 5}\n",
                "reference_sync_alpha is 0.6, and of an adapter, a product of two factors, only a "
                "whole copy is one again; set it to 1"}),
    test::row_name);

TEST_F(LoraConfigFile, TrainsNoVisionTowerBesideIt) {
  EXPECT_THAT(error("model: {path: m, freeze_vision: false}\nlora: {rank: 4}\n"),
              HasSubstr("c.yaml:4:18: freeze_vision is false, and with lora the adapter alone"));
}

TEST_F(LoraConfigFile, DoubtsARateOfFullTraining) {
  std::vector<std::string> doubts;
  load("model: {path: m}\nlora: {rank: 4}\noptim: {lr: 1.0e-6}\n", &doubts);
  EXPECT_THAT(doubts, Contains(HasSubstr("lr is 1e-06, at which an adapter hardly moves")));
  load("model: {path: m}\nlora: {rank: 4}\noptim: {lr: 1.0e-5}\n", &doubts);
  EXPECT_THAT(doubts, IsEmpty());
}

TEST_F(LoraConfigFile, AnAdapterFolderOfAnotherKindSaysWhatItIs) {
  const auto refusal = [&](const std::string& folder) {
    try {
      check_adapter_folder({.path = "m", .adapter = in(folder)});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto sound = adapter();
  EXPECT_EQ(refusal("adapter"), "");
  EXPECT_THAT(refusal("none"), HasSubstr("none: no such folder"));
  for (const char* step : {"step-000010", "step-000020"}) {
    io::create_folders(in("run/checkpoints") / step);
    fs::copy(sound, in("run/checkpoints") / step / "adapter");
  }
  EXPECT_THAT(refusal("run"),
              HasSubstr("model.adapter=" + in("run/checkpoints/step-000020/adapter").string()));
  EXPECT_THAT(refusal("run/checkpoints/step-000010"),
              HasSubstr("model.adapter=" + in("run/checkpoints/step-000010/adapter").string()));
  io::create_folders(in("whole"));
  io::write_file_atomic(in("whole/config.json"), "{}");
  EXPECT_THAT(refusal("whole"), HasSubstr("that is model.path=" + in("whole").string()));
}

}  // namespace
}  // namespace vrlt::settings
