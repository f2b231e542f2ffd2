// The families against transformers, over every folder of models and every case of model_io that
// is stored for them. Tolerances are those of the README beside the files: a few times the
// difference between two correct float32 programs.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "tests/golden/model/golden_family.h"
#include "tests/support/checked_counts.h"
#include "tests/support/vision_stages.h"
#include "tests/support/worst.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {
namespace {

namespace fs = std::filesystem;
using checkpoint::SafetensorsFile;
using io::Json;

constexpr double kLogitTolerance = 3e-4, kHiddenTolerance = 1e-4, kLogProbTolerance = 3e-4,
                 kGradTolerance = 1e-4;

void expect_near(const at::Tensor& actual, const at::Tensor& expected, double atol,
                 const std::string& quantity, double rtol = 0.0) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << quantity;
  const auto difference = (actual.to(at::kDouble) - expected.to(at::kDouble)).abs();
  const double largest = difference.numel() == 0 ? 0.0 : difference.max().item<double>();
  test::Worst::note(quantity, largest);
  EXPECT_TRUE((difference <= atol + rtol * expected.to(at::kDouble).abs()).all().item<bool>())
      << quantity << " differs by " << largest;
}

/// A model of golden/models with its model_io.
struct Golden {
  Golden(const GoldenFamily& whose, const std::string& model)
      : family(whose),
        folder(whose.folder() / "models" / model),
        json(io::read_json(io_path(whose, model, ".json"))),
        inputs(whose.folder() / json.value("inputs", "model_io/" + model + ".inputs.safetensors")),
        expected(io_path(whose, model, ".expected.safetensors")) {}

  static fs::path io_path(const GoldenFamily& family, const std::string& model,
                          const char* ending) {
    return family.folder() / "model_io" / (model + ending);
  }

  /// The JSON that has the prompts: another model's where this one only says whose inputs it uses.
  Json input_cases() const {
    if (!json.contains("inputs")) return json["cases"];
    auto name = json["inputs"].get<std::string>();
    name.replace(name.find(".inputs.safetensors"), std::string::npos, ".json");
    return io::read_json(family.folder() / name)["cases"];
  }

  const GoldenFamily& family;
  fs::path folder;
  Json json;
  SafetensorsFile inputs, expected;
};

/// A name of stored values, with the position mode in it where there are several.
std::string with_mode(const std::string& before, const std::string& mode,
                      const std::string& behind = {}) {
  return before + (mode.empty() ? "" : "." + mode) + behind;
}

std::vector<std::string> model_names(const GoldenFamily& family) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(family.folder() / "models", missing))
    if (fs::exists(Golden::io_path(family, entry.path().filename(), ".json")))
      names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

struct CaseName {
  const GoldenFamily* family;
  std::string model, name;
};
void PrintTo(const CaseName& c, std::ostream* out) {
  *out << c.family->name << " " << c.model << " " << c.name;
}

/// Cases of the models that have values of their own in float32, or of those compared in bfloat16.
std::vector<CaseName> cases_of(bool bfloat16) {
  std::vector<CaseName> cases;
  for (const auto& family : golden_families())
    for (const auto& model : model_names(family)) {
      const auto json = io::read_json(Golden::io_path(family, model, ".json"));
      if (json.contains("inputs") != bfloat16) continue;
      for (const auto& [name, value] : json["cases"].items())
        cases.push_back({&family, model, name});
    }
  return cases;
}

/// The float32 cases that store a loss and its gradients.
std::vector<CaseName> cases_with_loss() {
  auto cases = cases_of(/*bfloat16=*/false);
  std::erase_if(cases, [](const CaseName& c) {
    const auto json = io::read_json(Golden::io_path(*c.family, c.model, ".json"));
    return !json["cases"][c.name].contains("loss");
  });
  return cases;
}

at::Tensor grid_of(const Json& rows) {
  std::vector<int64_t> values;
  for (const auto& row : rows)
    for (const auto& value : row) values.push_back(value.get<int64_t>());
  return at::tensor(values, at::kLong).view({-1, 3});
}

/// One case in one position mode: the first `length` tokens as the prompt.
class CaseInputs {
 public:
  CaseInputs(const Golden& golden, const std::string& name)
      : json_(golden.input_cases()[name]),
        ids_(golden.inputs.tensor(name + ".input_ids").squeeze(0)),
        prompt_length_(json_["num_prompt_tokens"].get<int64_t>()) {
    for (const auto& mode : golden.family.modes)
      positions_[mode] = golden.inputs.tensor(with_mode(name + ".position_ids", mode)).squeeze(1);
    for (const char* kind : {"pixel_values", "pixel_values_videos"})
      if (const auto key = name + "." + kind + "_q"; golden.inputs.contains(key))
        pixels_[kind] = golden.inputs.tensor(key).to(at::kFloat) / 32.0;
  }

  const Json& json() const { return json_; }
  const at::Tensor& ids() const { return ids_; }
  int64_t prompt_length() const { return prompt_length_; }
  at::Tensor answer() const {
    return ids_.narrow(0, prompt_length_, ids_.size(0) - prompt_length_);
  }

  at::Tensor image_features(VisionLanguageModel& model) const {
    return features(model, "pixel_values", "image_grid_thw");
  }
  at::Tensor vision_features(VisionLanguageModel& model) const {
    return features(model, "pixel_values_videos", "video_grid_thw");
  }
  const at::Tensor& video_pixels() const { return pixels_.at("pixel_values_videos"); }
  at::Tensor video_grid() const { return grid_of(json_["video_grid_thw"]); }

  PromptGroup group(VisionLanguageModel& model, const std::string& mode, int64_t length) const {
    auto prompt = std::make_shared<processor::ModelInputs>();
    prompt->input_ids = ids_.narrow(0, 0, length);
    prompt->position_ids = positions_.at(mode).narrow(1, 0, length);
    prompt->next_position = prompt->position_ids.max().item<int64_t>() + 1;
    PromptGroup group{.prompt = prompt};
    std::vector<at::Tensor> parts;
    for (auto& part : {image_features(model), vision_features(model)})
      if (part.defined()) parts.push_back(part);
    if (!parts.empty()) group.vision_features = at::cat(parts);
    return group;
  }
  PromptGroup prompt_group(VisionLanguageModel& model, const std::string& mode) const {
    return group(model, mode, prompt_length_);
  }
  /// What comes next behind the prompt, or where that is stored, behind the answer.
  void expect_next_position(VisionLanguageModel& model, const std::string& mode) const {
    const auto behind_all = json_.find("next_position_" + mode);
    const bool whole = behind_all != json_.end();
    EXPECT_EQ(group(model, mode, whole ? ids_.size(0) : prompt_length_).prompt->next_position,
              (whole ? *behind_all : json_["next_position_after_prompt"]).get<int64_t>());
  }

 private:
  at::Tensor features(VisionLanguageModel& model, const char* pixels, const char* grid) const {
    const auto found = pixels_.find(pixels);
    return found == pixels_.end() ? at::Tensor()
                                  : model.encode_video(found->second, grid_of(json_[grid]));
  }

  Json json_;
  at::Tensor ids_;
  int64_t prompt_length_;
  std::map<std::string, at::Tensor> positions_, pixels_;
};

at::Tensor logits_of(const VisionLanguageModel& model, const at::Tensor& hidden) {
  return at::linear(hidden, model.head_weight()).to(at::kFloat);
}

/// log P(ids) under softmax(logits / temperature), in double.
at::Tensor log_probs_of(const at::Tensor& logits, const at::Tensor& ids, double temperature = 1.0) {
  return at::log_softmax(logits.to(at::kDouble) / temperature, -1)
      .gather(-1, ids.unsqueeze(-1))
      .squeeze(-1);
}

at::Tensor entropy_of(const at::Tensor& logits) {
  const auto log_probs = at::log_softmax(logits.to(at::kDouble), -1);
  return -(log_probs.exp() * log_probs).sum(-1);
}

EmbeddedPrompt embed(const VisionLanguageModel& model, const PromptGroup& group) {
  return dynamic_cast<const DecoderModel&>(model).embed(group);
}

/// States of every token, all of them taken as one prompt: [S, D].
at::Tensor all_hidden(const VisionLanguageModel& model, const PromptGroup& group,
                      std::vector<at::Tensor>* trace = nullptr) {
  const auto prompt = embed(model, group);
  return dynamic_cast<const DecoderModel&>(model).text_decoder().forward(
      prompt.embeddings, group.prompt->position_ids,
      {{.begin = 0, .prompt_length = group.prompt_length()}},
      {.levels = prompt.levels, .trace = trace});
}

/// As transformers: the logit of every id seen so far is divided by the penalty if positive, else
/// multiplied.
at::Tensor penalized(const at::Tensor& logits, const std::vector<int64_t>& seen, double penalty) {
  auto result = logits.clone();
  for (const int64_t id : std::set<int64_t>(seen.begin(), seen.end())) {
    const auto value = result[id].item<float>();
    result[id] =
        value > 0 ? value / static_cast<float>(penalty) : value * static_cast<float>(penalty);
  }
  return result;
}

struct Continuations {
  std::vector<std::vector<int64_t>> tokens;  ///< Per prompt.
  at::Tensor logits;                         ///< [N, steps, V] float32, before the penalty.
};

/// The likeliest token again and again, through the cache.
Continuations greedy(VisionLanguageModel& model, const std::vector<PromptGroup>& groups,
                     int64_t steps, double penalty) {
  const at::NoGradGuard no_grad;
  at::Tensor hidden;
  auto cache = model.prefill(groups, &hidden);
  cache.fork(1);
  const auto num_groups = static_cast<int64_t>(groups.size());
  std::vector<std::vector<int64_t>> seen(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto& ids = groups[i].prompt->input_ids;
    for (int64_t t = 0; t < ids.size(0); ++t) seen[i].push_back(ids[t].item<int64_t>());
  }
  Continuations result;
  result.tokens.resize(groups.size());
  std::vector<at::Tensor> logits_per_step;
  for (int64_t step = 0; step < steps; ++step) {
    const auto logits = logits_of(model, hidden);
    logits_per_step.push_back(logits);
    auto next = at::empty({num_groups, 1}, at::kLong);
    for (size_t i = 0; i < groups.size(); ++i) {
      const int64_t id =
          penalized(logits[static_cast<int64_t>(i)], seen[i], penalty).argmax().item<int64_t>();
      seen[i].push_back(id);
      result.tokens[i].push_back(id);
      next[static_cast<int64_t>(i)][0] = id;
    }
    if (step + 1 < steps) hidden = model.decode(next, cache);
  }
  result.logits = at::stack(logits_per_step, 1);
  return result;
}

class ModelParity : public ::testing::TestWithParam<CaseName> {
 protected:
  ModelParity()
      : golden_(*GetParam().family, GetParam().model),
        inputs_(golden_, GetParam().name),
        model_(load_model(golden_.folder, {})) {
    ++test::checked()[std::string("tests of cases of ") + golden_.family.name];
  }

  const std::string& first_mode() const { return golden_.family.modes.front(); }

  std::optional<at::Tensor> expected(const std::string& rest) const {
    const auto name = GetParam().name + "." + rest;
    if (!golden_.expected.contains(name)) return std::nullopt;
    return golden_.expected.tensor(name);
  }
  at::Tensor required(const std::string& rest) const {
    return golden_.expected.tensor(GetParam().name + "." + rest);
  }
  std::optional<at::Tensor> expected_features(const std::string& kind) const;

  Golden golden_;
  CaseInputs inputs_;
  std::unique_ptr<VisionLanguageModel> model_;
};

std::string test_name(const ::testing::TestParamInfo<CaseName>& info) {
  return info.param.family->name + ("__" + info.param.model) + "__" + info.param.name;
}

TEST(ModelParityFiles, AreFound) {
  for (const auto& family : golden_families())
    EXPECT_GE(model_names(family).size(), 2u) << family.folder();
  EXPECT_GE(cases_of(/*bfloat16=*/false).size(), 8u);
  EXPECT_GE(cases_of(/*bfloat16=*/true).size(), 1u);
  EXPECT_GE(cases_with_loss().size(), 2u);
}

/// The features of each token as stored, and behind them their levels where the family has some.
std::optional<at::Tensor> ModelParity::expected_features(const std::string& kind) const {
  auto parts = std::vector{expected(kind + ".output")};
  if (!parts.front()) return std::nullopt;
  for (int k = 0; (parts.push_back(expected(kind + ".deepstack." + std::to_string(k))),
                   parts.back().has_value());
       ++k) {
  }
  parts.pop_back();
  std::vector<at::Tensor> tensors;
  for (const auto& part : parts) tensors.push_back(*part);
  return at::cat(tensors, 1);
}

TEST_P(ModelParity, VisionTower) {
  const at::NoGradGuard no_grad;
  const double tolerance = golden_.family.vision_tolerance;
  const auto image = expected_features("vision_image"), video = expected_features("vision_video");
  const auto image_features = inputs_.image_features(*model_),
             vision_features = inputs_.vision_features(*model_);
  ASSERT_EQ(image.has_value(), image_features.defined());
  ASSERT_EQ(video.has_value(), vision_features.defined());
  if (image) expect_near(image_features, *image, tolerance, "vision output");
  if (video) expect_near(vision_features, *video, tolerance, "vision output");

  if (!expected("vision_video.patch_embed")) return;
  const auto stages = test::vision_stages(*model_, inputs_.video_pixels(), inputs_.video_grid());
  ASSERT_GT(stages.size(), 1u);
  for (const auto& [name, state] : stages)
    expect_near(state, required("vision_video." + name), tolerance, "vision " + name);
}

TEST_P(ModelParity, StatesLogitsAndLogProbsOfEveryToken) {
  const at::NoGradGuard no_grad;
  const int64_t length = inputs_.ids().size(0);
  const auto predicted = inputs_.ids().narrow(0, 1, length - 1);
  for (const auto& mode : golden_.family.modes) {
    SCOPED_TRACE(mode);
    const auto group = inputs_.group(*model_, mode, length);
    inputs_.expect_next_position(*model_, mode);
    const auto hidden = all_hidden(*model_, group);
    const auto logits = logits_of(*model_, hidden);
    const auto predicting = logits.narrow(0, 0, length - 1);
    expect_near(log_probs_of(predicting, predicted),
                required(with_mode("log_probs", mode, ".t1")).squeeze(0), kLogProbTolerance,
                "log-probs");
    if (const auto at_places = expected(mode.empty() ? "logits.values" : "logits." + mode + ".at"))
      expect_near(logits.index_select(0, required("logits.at")), at_places->squeeze(0),
                  kLogitTolerance, "logits");
    else
      expect_near(logits.narrow(0, length - 1, 1), required(with_mode("logits", mode, "_last")),
                  kLogitTolerance, "logits");
    if (mode != first_mode()) continue;
    if (const auto embeddings = expected("text.embeddings"))
      expect_near(embed(*model_, group).embeddings, embeddings->squeeze(0), kHiddenTolerance,
                  "embeddings");
    expect_near(hidden, required("text.norm").squeeze(0), kHiddenTolerance, "text.norm");
    expect_near(log_probs_of(predicting, predicted, 0.7),
                required(with_mode("log_probs", mode, ".t0.7")).squeeze(0), kLogProbTolerance,
                "log-probs");
    expect_near(entropy_of(predicting), required(with_mode("entropy", mode, ".t1")).squeeze(0),
                kLogProbTolerance, "entropy");
  }
}

TEST_P(ModelParity, StateAfterEveryLayer) {
  if (!expected("text.layer.0")) return;  // stored for the main case of a model
  const at::NoGradGuard no_grad;
  const auto group = inputs_.group(*model_, first_mode(), inputs_.ids().size(0));
  std::vector<at::Tensor> trace;
  all_hidden(*model_, group, &trace);
  const auto levels = embed(*model_, group).levels;
  // The last state is stored after the final norm (text.norm).
  ASSERT_GE(trace.size(), 1u);
  for (size_t i = 0; i < trace.size(); ++i) {
    const auto name = "text.layer." + std::to_string(i);
    if (const auto state = expected(name))
      expect_near(trace[i], state->squeeze(0), kHiddenTolerance, name);
    const auto raised = expected(name + ".deepstack");
    ASSERT_EQ(raised.has_value(), i < levels.features.size()) << name;
    if (raised)
      expect_near(trace[i].index_add(0, levels.rows, levels.features[i]), raised->squeeze(0),
                  kHiddenTolerance, name + ".deepstack");
  }
}

TEST_P(ModelParity, ResponseStatesAndPrefill) {
  const at::NoGradGuard no_grad;
  const int64_t prompt = inputs_.prompt_length(), num_answer = inputs_.ids().size(0) - prompt;
  auto group = inputs_.prompt_group(*model_, first_mode());
  // Without an answer any token will do: its own value does not reach the state that predicts it.
  group.responses = {num_answer > 0 ? inputs_.answer() : at::tensor({7}, at::kLong)};
  const auto states =
      required("text.norm").squeeze(0).narrow(0, prompt - 1, std::max<int64_t>(num_answer, 1));
  expect_near(model_->response_hidden({{group}}), states, kHiddenTolerance, "response states");
  at::Tensor last;
  model_->prefill({&group, 1}, &last);
  expect_near(last, states.narrow(0, 0, 1), kHiddenTolerance, "prefill states");
}

TEST_P(ModelParity, GreedyContinuations) {
  int64_t num_checked = 0;
  for (const auto& [key, value] : inputs_.json().items()) {
    if (!key.starts_with("greedy.")) continue;
    SCOPED_TRACE(key);
    const size_t behind_mode = key.find("penalty_");
    const std::string mode = behind_mode > 8 ? key.substr(7, behind_mode - 8) : "";
    const double penalty = std::stod(key.substr(behind_mode + 8));
    const auto tokens = value["tokens"].get<std::vector<int64_t>>();
    const auto result = greedy(*model_, {inputs_.prompt_group(*model_, mode)},
                               static_cast<int64_t>(tokens.size()), penalty);
    EXPECT_EQ(result.tokens[0], tokens);
    ++num_checked;
    if (penalty != 1.0 || mode != first_mode()) continue;
    expect_near(log_probs_of(result.logits[0], at::tensor(tokens, at::kLong)),
                required(with_mode("greedy", mode, ".log_probs")).squeeze(0), kLogProbTolerance,
                "greedy log-probs");
    if (const auto first = expected(with_mode("greedy", mode, ".logits_first3")))
      expect_near(result.logits[0].narrow(0, 0, first->size(1)), first->squeeze(0), kLogitTolerance,
                  "decoded logits");
  }
  EXPECT_EQ(num_checked, 2 * std::ssize(golden_.family.modes));
}

/// Gradients of all parameters of a model that a test has run a backward pass of.
class Gradients {
 public:
  explicit Gradients(VisionLanguageModel& model) {
    for (const auto& [name, tensor] : model.parameters().entries()) {
      tensor.set_requires_grad(true);
      parameters_[name] = tensor;
    }
  }

  /// @return the norm over all.
  double expect_norms(const Json& norms) const {
    EXPECT_EQ(norms.size(), parameters_.size());
    double sum_of_squares = 0.0;
    for (const auto& [name, norm] : norms.items()) {
      SCOPED_TRACE(name);
      const auto found = parameters_.find(name);
      if (found == parameters_.end() || !found->second.grad().defined()) {
        ADD_FAILURE() << "no gradient";
        continue;
      }
      const double actual = found->second.grad().norm().item<double>();
      EXPECT_NEAR(actual, norm.get<double>(), kGradTolerance * (1.0 + norm.get<double>()));
      sum_of_squares += actual * actual;
    }
    return std::sqrt(sum_of_squares);
  }

  /// Those that a file has below `prefix`: whole, or some rows.
  void expect_stored(const SafetensorsFile& file, const std::string& prefix,
                     bool by_largest) const {
    int64_t num_compared = 0;
    for (const auto& stored : file.names()) {
      if (!stored.starts_with(prefix) || stored.ends_with(".row_index")) continue;
      SCOPED_TRACE(stored);
      std::string name = stored.substr(prefix.size());
      const bool rows = name.ends_with(".rows");
      if (rows) name.resize(name.size() - std::string(".rows").size());
      const auto slice = name.find('[');  // "[0:2]": the first rows
      const bool sliced = slice != std::string::npos;
      if (sliced) name.resize(slice);
      ASSERT_TRUE(parameters_.count(name));
      auto actual = parameters_.at(name).grad();
      const auto reference = file.tensor(stored);
      if (rows) actual = actual.index_select(0, chosen_rows(file, prefix));
      if (sliced) actual = actual.narrow(0, 0, reference.size(0));
      if (by_largest)
        expect_near(actual, reference,
                    kGradTolerance * (1.0 + reference.abs().max().item<double>()), "gradients");
      else
        expect_near(actual, reference, kGradTolerance, "gradients", kGradTolerance);
      ++num_compared;
    }
    EXPECT_GT(num_compared, 0);
  }

 private:
  /// The rows that are stored of any matrix of the size of the vocabulary.
  static at::Tensor chosen_rows(const SafetensorsFile& file, const std::string& prefix) {
    for (const auto& name : file.names())
      if (name.starts_with(prefix) && name.ends_with(".row_index")) return file.tensor(name);
    throw std::runtime_error("no row_index below " + prefix);
  }

  std::map<std::string, at::Tensor> parameters_;
};

/// With activation checkpointing, and without.
class ModelGradients : public ::testing::TestWithParam<std::tuple<CaseName, bool>> {};

TEST_P(ModelGradients, EqualTheReference) {
  const auto& [which, checkpoints] = GetParam();
  const Golden golden(*which.family, which.model);
  const CaseInputs inputs(golden, which.name);
  const auto model = load_model(golden.folder, {.checkpoint_blocks = checkpoints});
  const Gradients gradients(*model);
  auto group = inputs.prompt_group(*model, golden.family.modes.front());
  group.responses = {inputs.answer()};
  // loss_definition of the file: weighted mean of -log_prob over the answer, w = 1 + (k mod 3) / 4.
  const auto log_probs =
      log_probs_of(logits_of(*model, model->response_hidden({{group}})), inputs.answer());
  const auto weights = 1.0 + 0.25 * at::arange(log_probs.size(0), at::kDouble).remainder(3);
  const auto loss = -(weights * log_probs).sum() / weights.sum();
  EXPECT_NEAR(loss.item<double>(), inputs.json()["loss"].get<double>(), kLogProbTolerance);
  loss.backward();

  EXPECT_NEAR(gradients.expect_norms(inputs.json()["grad_norms"]),
              inputs.json()["grad_global_norm"].get<double>(), 1e-2);
  gradients.expect_stored(golden.expected, which.name + ".grad.",
                          golden.family.gradients_by_largest);
  ++test::checked()[std::string("losses and gradients of ") + golden.family.name];
}

INSTANTIATE_TEST_SUITE_P(Golden, ModelParity, ::testing::ValuesIn(cases_of(/*bfloat16=*/false)),
                         test_name);
std::string name_of_gradients(const ::testing::TestParamInfo<std::tuple<CaseName, bool>>& info) {
  const auto& [which, checkpoints] = info.param;
  return which.family->name + ("__" + which.model) + "__" + which.name +
         (checkpoints ? "__checkpointed" : "");
}
INSTANTIATE_TEST_SUITE_P(Golden, ModelGradients,
                         ::testing::Combine(::testing::ValuesIn(cases_with_loss()),
                                            ::testing::Bool()),
                         name_of_gradients);

/// Values of a whole model, not of one case.
struct ModelName {
  const GoldenFamily* family;
  std::string model;
};
void PrintTo(const ModelName& m, std::ostream* out) { *out << m.family->name << " " << m.model; }

class ModelParityBatch : public ::testing::TestWithParam<ModelName> {
 protected:
  ModelParityBatch()
      : golden_(*GetParam().family, GetParam().model), model_(load_model(golden_.folder, {})) {}

  PromptGroup prompt_of(const std::string& name) const {
    return CaseInputs(golden_, name).prompt_group(*model_, golden_.family.modes.front());
  }

  /// The prompt of the stored group with its completions, as far as they go.
  GroupBatch group_of(const at::Tensor& ids, const at::Tensor& mask) const {
    GroupBatch batch{{prompt_of(golden_.json["group"]["prompt_case"].get<std::string>())}};
    for (int64_t i = 0; i < ids.size(0); ++i)
      batch.groups[0].responses.push_back(ids[i].narrow(0, 0, mask[i].sum().item<int64_t>()));
    return batch;
  }
  static at::Tensor padded(const at::Tensor& values, const at::Tensor& mask) {
    return at::zeros(mask.sizes(), at::kDouble).masked_scatter(mask.to(at::kBool), values);
  }

  Golden golden_;
  std::unique_ptr<VisionLanguageModel> model_;
};

std::vector<ModelName> float_models() {
  std::vector<ModelName> models;
  for (const auto& name : cases_of(/*bfloat16=*/false))
    if (models.empty() || models.back().family != name.family || models.back().model != name.model)
      models.push_back({name.family, name.model});
  return models;
}

TEST_P(ModelParityBatch, GroupOfCompletions) {
  const at::NoGradGuard no_grad;
  const auto ids = golden_.inputs.tensor("group.completion_ids"),
             mask = golden_.inputs.tensor("group.completion_mask");
  const auto batch = group_of(ids, mask);
  EXPECT_EQ(batch.groups[0].prompt->next_position,
            golden_.json["group"]["first_position"].get<int64_t>());

  const auto logits = logits_of(*model_, model_->response_hidden(batch));
  const auto responses = batch.response_ids();
  expect_near(padded(log_probs_of(logits, responses), mask),
              golden_.expected.tensor("group.log_probs.t1"), kLogProbTolerance, "group log-probs");
  expect_near(padded(log_probs_of(logits, responses, 0.7), mask),
              golden_.expected.tensor("group.log_probs.t0.7"), kLogProbTolerance,
              "group log-probs");
  expect_near(padded(entropy_of(logits), mask), golden_.expected.tensor("group.entropy.t1"),
              kLogProbTolerance, "group entropy");
}

// The ids of pads are text in a response: neither features nor levels go to them.
TEST_P(ModelParityBatch, GroupWhoseResponsesHoldPads) {
  if (!golden_.inputs.contains("group_with_pads.completion_ids")) return;
  const at::NoGradGuard no_grad;
  const auto ids = golden_.inputs.tensor("group_with_pads.completion_ids"),
             mask = golden_.inputs.tensor("group.completion_mask");
  const auto batch = group_of(ids, mask);
  const auto logits = logits_of(*model_, model_->response_hidden(batch));
  expect_near(padded(log_probs_of(logits, batch.response_ids()), mask),
              golden_.expected.tensor("group_with_pads.log_probs.t1"), kLogProbTolerance,
              "group log-probs");
}

// The loss of the file: -(sum of advantage * log_prob) / number of tokens; the tower runs once.
TEST_P(ModelParityBatch, GradientsOfAGroup) {
  const auto& json = golden_.json["group"];
  if (!json.contains("grad_norms")) return;
  for (const bool checkpoints : {false, true}) {
    SCOPED_TRACE(checkpoints);
    model_ = load_model(golden_.folder, {.checkpoint_blocks = checkpoints});
    const Gradients gradients(*model_);
    const auto mask = golden_.inputs.tensor("group.completion_mask");
    const auto batch = group_of(golden_.inputs.tensor("group.completion_ids"), mask);
    const auto log_probs =
        log_probs_of(logits_of(*model_, model_->response_hidden(batch)), batch.response_ids());
    const auto advantages = json["advantages"].get<std::vector<double>>();
    const auto weights =
        (at::tensor(advantages, at::kDouble).unsqueeze(1) * mask).masked_select(mask.to(at::kBool));
    const auto loss = -(weights * log_probs).sum() / static_cast<double>(log_probs.size(0));
    EXPECT_NEAR(loss.item<double>(), json["loss"].get<double>(), kLogProbTolerance);
    loss.backward();
    gradients.expect_norms(json["grad_norms"]);
    gradients.expect_stored(golden_.expected, "group.grad.", golden_.family.gradients_by_largest);
    ++test::checked()[std::string("gradients of groups of ") + golden_.family.name];
  }
}

TEST_P(ModelParityBatch, PromptsOfSeveralLengths) {
  SCOPED_TRACE("left_padded_batch");
  const at::NoGradGuard no_grad;
  const auto& json = golden_.json["left_padded_batch"];
  std::vector<PromptGroup> groups;
  for (const auto& row : json["rows"]) groups.push_back(prompt_of(row.get<std::string>()));
  const auto tokens = json["greedy_tokens"].get<std::vector<std::vector<int64_t>>>();
  ASSERT_EQ(tokens.size(), groups.size());
  const auto result = greedy(*model_, groups, static_cast<int64_t>(tokens[0].size()), 1.0);
  EXPECT_EQ(result.tokens, tokens);
  expect_near(result.logits.select(1, 0), golden_.expected.tensor("left_padded_batch.logits_last"),
              kLogitTolerance, "batch logits");

  const auto log_probs = golden_.expected.tensor("left_padded_batch.log_probs");
  for (size_t i = 0; i < groups.size(); ++i) {
    const auto& ids = groups[i].prompt->input_ids;
    const int64_t length = ids.size(0) - 1;
    const auto logits = logits_of(*model_, all_hidden(*model_, groups[i])).narrow(0, 0, length);
    const auto row = log_probs[static_cast<int64_t>(i)];
    expect_near(log_probs_of(logits, ids.narrow(0, 1, length)),
                row.narrow(0, row.size(0) - length, length), kLogProbTolerance, "batch log-probs");
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, ModelParityBatch, ::testing::ValuesIn(float_models()),
                         [](const auto& info) {
                           return info.param.family->name + ("__" + info.param.model);
                         });

class Bfloat16Parity : public ::testing::TestWithParam<CaseName> {};

double mean_abs_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().mean().item<double>();
}

/// Two correct bfloat16 programs differ as much from each other as from float32, so the error
/// against float32 arithmetic on the same rounded weights is what counts: at most 1.5 times that of
/// transformers, in the mean.
TEST_P(Bfloat16Parity, ErrorIsThatOfTheReference) {
  const at::NoGradGuard no_grad;
  const Golden golden(*GetParam().family, GetParam().model);
  const CaseInputs inputs(golden, GetParam().name);
  const auto name = GetParam().name;
  const auto expected = [&](const char* rest) {
    return golden.expected.tensor(name + "." + rest).squeeze(0);
  };
  const int64_t length = inputs.ids().size(0);
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    const auto model = load_model(golden.folder, {.dtype = dtype});
    const auto logits = logits_of(
        *model, all_hidden(*model, inputs.group(*model, golden.family.modes.front(), length)));
    const auto log_probs =
        log_probs_of(logits.narrow(0, 0, length - 1), inputs.ids().narrow(0, 1, length - 1));
    if (dtype == at::kFloat) {
      expect_near(logits[length - 1], expected("logits.float32_last"), kLogitTolerance,
                  "float of bf16");
      expect_near(log_probs, expected("log_probs.float32"), kLogProbTolerance, "float of bf16");
      continue;
    }
    const auto& stored = golden.json["cases"][name];
    const double logit_error =
        mean_abs_difference(logits[length - 1], expected("logits.float32_last"));
    const double log_prob_error = mean_abs_difference(log_probs, expected("log_probs.float32"));
    const double stored_logit_error = stored["bf16_sdpa_vs_float32"]["mean"].get<double>();
    const double stored_log_prob_error = stored["log_prob_mean_abs_error_sdpa"].get<double>();
    test::Worst::note("bf16 logit ratio", logit_error / stored_logit_error);
    test::Worst::note("bf16 log-prob ratio", log_prob_error / stored_log_prob_error);
    EXPECT_LE(logit_error, 1.5 * stored_logit_error);
    EXPECT_LE(log_prob_error, 1.5 * stored_log_prob_error);
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Bfloat16Parity, ::testing::ValuesIn(cases_of(/*bfloat16=*/true)),
                         test_name);

}  // namespace
}  // namespace vrlt::model
