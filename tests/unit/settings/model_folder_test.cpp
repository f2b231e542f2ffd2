#include "vrlt/settings/model_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::settings {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kQwen = "{\"model_type\": \"qwen2_5_vl\"}";

/// A folder of model files, and the cache of the hub beside it.
class ModelFolder : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("HF_HUB_CACHE", (folder_.path() / "hub").c_str(), 1); }
  void TearDown() override { ::unsetenv("HF_HUB_CACHE"); }

  void write(const std::string& name, const std::string& text = "x") {
    const auto path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    io::write_file_atomic(path, text);
  }
  std::string answer(const std::string& path, ExitCode code,
                     const std::string& init = "pretrained") {
    try {
      check_model_folder({.path = path, .init = init});
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), code) << error.what();
      EXPECT_THAT(error.what(), Not(HasSubstr("\n"))) << "one line";
      return error.what();
    }
    return "";
  }
  std::string in(const std::string& name) { return (folder_.path() / name).string(); }

  test::TemporaryFolder folder_;
};

TEST_F(ModelFolder, OfOursIsSound) {
  write("m/config.json", kQwen);
  EXPECT_EQ(answer(in("m"), ExitCode::kDone, "random"), "");
  EXPECT_THAT(
      answer(in("m"), ExitCode::kMissingInput),
      HasSubstr("the folder has no weights; model.init: random starts from config.json alone"));
  write("m/model.safetensors");
  EXPECT_EQ(answer(in("m"), ExitCode::kDone), "");
  write("sharded/config.json", kQwen);
  write("sharded/model.safetensors.index.json");
  EXPECT_EQ(answer(in("sharded"), ExitCode::kDone), "");
}

TEST_F(ModelFolder, AHubIdIsNotDownloaded) {
  EXPECT_THAT(answer("Qwen/Qwen2.5-VL-3B-Instruct", ExitCode::kMissingInput),
              AllOf(HasSubstr("downloads nothing: hf download Qwen/Qwen2.5-VL-3B-Instruct "
                              "--local-dir models/Qwen2.5-VL-3B-Instruct"),
                    HasSubstr("then model.path=models/Qwen2.5-VL-3B-Instruct")));
  EXPECT_THAT(answer("https://huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct", ExitCode::kMissingInput),
              HasSubstr("hf download Qwen/Qwen2.5-VL-7B-Instruct "));
  EXPECT_THAT(answer("no/such/model", ExitCode::kMissingInput),
              AllOf(HasSubstr("no/such/model: no such file or folder"), Not(HasSubstr("hub"))));
  EXPECT_THAT(answer("~/models/qwen", ExitCode::kMissingInput),
              HasSubstr("\"~\" is not expanded here"));
}

TEST_F(ModelFolder, AHubIdInTheCacheIsFound) {
  write("hub/models--Qwen--Small/snapshots/aaa/config.json", kQwen);
  write("hub/models--Qwen--Small/snapshots/bbb/config.json", kQwen);
  write("hub/models--Qwen--Small/refs/main", "bbb");
  const auto snapshot = in("hub/models--Qwen--Small/snapshots/bbb");
  EXPECT_THAT(answer("Qwen/Small", ExitCode::kMissingInput), HasSubstr("model.path=" + snapshot));
  EXPECT_THAT(answer(in("hub/models--Qwen--Small"), ExitCode::kMissingInput),
              HasSubstr("model.path=" + snapshot));
}

TEST_F(ModelFolder, AnAdapterGoesBesideItsBase) {
  write("lora/adapter_config.json",
        "{\"base_model_name_or_path\": \"Qwen/Qwen2.5-VL-3B-Instruct\"}");
  write("lora/adapter_model.safetensors");
  EXPECT_THAT(answer(in("lora"), ExitCode::kBadData),
              HasSubstr("an adapter (LoRA), not a whole model: model.adapter=" + in("lora") +
                        " and as model.path Qwen/Qwen2.5-VL-3B-Instruct"));
  write("lora/config.json", kQwen);
  EXPECT_THAT(answer(in("lora"), ExitCode::kBadData), HasSubstr("an adapter (LoRA)"))
      << "also with the config of the base model beside it";
  write("lora/model.safetensors");
  EXPECT_THAT(answer(in("lora"), ExitCode::kBadData),
              HasSubstr("lies beside the weights: name it, model.adapter=" + in("lora")));
  write("run/checkpoints/step-000010/adapter/adapter_config.json", "{}");
  write("run/checkpoints/step-000020/adapter/adapter_config.json", "{}");
  EXPECT_THAT(answer(in("run"), ExitCode::kBadData),
              HasSubstr("model.adapter=" + in("run/checkpoints/step-000020/adapter")));
  EXPECT_THAT(answer(in("run/checkpoints/step-000010"), ExitCode::kBadData),
              HasSubstr("model.adapter=" + in("run/checkpoints/step-000010/adapter")));
}

TEST_F(ModelFolder, PicklesAndGgufAreNotRead) {
  write("pickle/config.json", kQwen);
  write("pickle/pytorch_model.bin");
  EXPECT_THAT(answer(in("pickle"), ExitCode::kBadData),
              HasSubstr("pytorch_model.bin: pickled weights can run code"));
  write("gguf/config.json", kQwen);
  write("gguf/qwen-q4_k_m.gguf");
  EXPECT_THAT(answer(in("gguf"), ExitCode::kBadData),
              HasSubstr("GGUF holds weights for llama.cpp"));
  EXPECT_THAT(answer(in("gguf/qwen-q4_k_m.gguf"), ExitCode::kBadData),
              HasSubstr("GGUF holds weights for llama.cpp"));
  write("only/weights.pt");
  EXPECT_THAT(answer(in("only"), ExitCode::kBadData), HasSubstr("weights.pt: pickled weights"));
  EXPECT_THAT(answer(in("only/weights.pt"), ExitCode::kBadData), HasSubstr("pickled weights"));
  EXPECT_THAT(answer(in("pickle/config.json"), ExitCode::kBadData),
              HasSubstr("a file, expected the Hugging Face folder of the model"));
}

TEST_F(ModelFolder, OtherFamiliesAreNamedWithWhatThereIs) {
  write("m/config.json", "{\"model_type\": \"llava_onevision\"}");
  EXPECT_THAT(answer(in("m"), ExitCode::kBadData),
              AllOf(HasSubstr("\"model_type\" is \"llava_onevision\", which is not supported; the "
                              "models are: Qwen2.5-VL"),
                    HasSubstr("--list models")));
  write("q/config.json",
        "{\"model_type\": \"qwen2_5_vl\", \"quantization_config\": {\"quant_method\": \"awq\"}}");
  write("q/model.safetensors");
  EXPECT_THAT(answer(in("q"), ExitCode::kBadData), HasSubstr("the weights are quantised"));
}

TEST_F(ModelFolder, FoldersAroundAModelSayWhereItIs) {
  write("run/checkpoints/step-000010/model/config.json", kQwen);
  write("run/checkpoints/step-000020/model/config.json", kQwen);
  EXPECT_THAT(answer(in("run"), ExitCode::kMissingInput),
              HasSubstr("model.path=" + in("run/checkpoints/step-000020/model")));
  EXPECT_THAT(answer(in("run/checkpoints/step-000010"), ExitCode::kMissingInput),
              HasSubstr("model.path=" + in("run/checkpoints/step-000010/model")));
  write("hf/checkpoint-500/config.json", kQwen);
  EXPECT_THAT(answer(in("hf"), ExitCode::kMissingInput),
              HasSubstr("model.path=" + in("hf/checkpoint-500")));
  write("parts/config.json", kQwen);
  write("parts/model-00001-of-00002.safetensors");
  EXPECT_THAT(answer(in("parts"), ExitCode::kMissingInput),
              HasSubstr("model.safetensors.index.json: no such file"));
  write("lfs/config.json", kQwen);
  write("lfs/model.safetensors",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  EXPECT_THAT(answer(in("lfs"), ExitCode::kBadData), HasSubstr("git lfs pull"));
}

}  // namespace
}  // namespace vrlt::settings
