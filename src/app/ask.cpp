#include "vrlt/app/ask.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "vrlt/core/error.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/data/prompt.h"
#include "vrlt/data/video_files.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/reading/reading.h"
#include "vrlt/rollout/asking.h"
#include "vrlt/rollout/kept_prompt.h"

namespace vrlt::app {
namespace {

namespace fs = std::filesystem;

/// One question about one video and what came of it.
struct Asked {
  std::string video, question, error;
  int64_t frames = 0, prompt_tokens = 0, kept_tokens = 0;
  double last_frame_seconds = 0.0;
  rollout::Response response;
  reading::Spans spans;
  std::optional<int64_t> option;
};

opening::OpenedModel open(const AskCommand& command) {
  settings::ModelSection model{.path = command.model.string(),
                               .adapter = command.adapter.string(),
                               .dtype = command.dtype,
                               .device = command.device};
  video::VideoOptions video;
  video::ImageOptions image;
  settings::set_model_defaults(model.path, model, video, image);
  if (command.fps) video.fps = *command.fps;
  if (command.num_frames) video.num_frames = *command.num_frames;
  if (command.max_frames) {
    video.max_frames = *command.max_frames;
    video.min_frames = std::min(video.min_frames, video.max_frames);
  }
  if (command.max_pixels) video.max_pixels = static_cast<double>(*command.max_pixels);
  if (video.max_pixels)
    video.min_pixels = std::min(video.min_pixels, static_cast<int64_t>(*video.max_pixels));
  const settings::DataSection data{.root = "/", .prompt = command.prompt, .reader_threads = 0};
  return opening::open_model(model, data, {video, image}, command.seed);
}

data::Sample sample_of(const AskCommand& command, const fs::path& video,
                       const std::string& question) {
  const bool is_choice = !command.options.empty();
  data::Sample sample{.id = video.string(),
                      .task = is_choice ? data::Task::kMultipleChoice : data::Task::kOpen};
  sample.video = fs::absolute(video).lexically_normal().relative_path().string();
  sample.question = question;
  sample.options = command.options;
  return sample;
}

/// Answers questions and prints them.
class Questions {
 public:
  explicit Questions(const AskCommand& command)
      : command_(command),
        opened_(open(command)),
        kept_(*opened_.model, opened_.processor->tokenizer(), opened_.processor->never_sampled()) {}

  /// @return whether the video could be read.
  bool ask(const fs::path& video, const std::string& question) {
    const auto sample = sample_of(command_, video, question);
    Asked asked{.video = video.string(), .question = question};
    const auto loaded = rollout::load_prompt(*opened_.loader, sample);
    asked.error = loaded.error;
    if (loaded.can_be_asked()) {
      answer(loaded, asked);
      if (stop_requested()) throw StopRequested("stopped as asked");
    }
    command_.json ? print_json(asked) : print_text(asked);
    std::fflush(stdout);
    return asked.error.empty();
  }

 private:
  void answer(const rollout::LoadedPrompt& loaded, Asked& asked) {
    const auto& inputs = *loaded.inputs;
    asked.frames = inputs.num_frames;
    if (!inputs.frame_seconds.empty()) asked.last_frame_seconds = inputs.frame_seconds.back();
    asked.prompt_tokens = inputs.input_ids.size(0);
    asked.response = kept_.answer({.sample_id = loaded.sample->id, .inputs = loaded.inputs},
                                  {.group_size = 1,
                                   .max_new_tokens = command_.max_new_tokens,
                                   .sampling = {.temperature = command_.temperature},
                                   .seed = command_.seed});
    asked.kept_tokens = kept_.kept_tokens();
    const auto& prompt = opened_.loader->prompt_of(*loaded.sample);
    const auto text = data::as_read(prompt, asked.response.text);
    const reading::Response response{.text = text, .thinking_open = data::opens_thinking(prompt)};
    if (const auto spans = reading::read_spans(response, /*several=*/true)) asked.spans = *spans;
    if (!command_.options.empty())
      if (const auto option = reading::read_choice(response, command_.options))
        asked.option = *option;
  }

  void print_text(const Asked& asked) {
    if (asked.video != last_video_) {
      std::printf("%s%s\n", last_video_.empty() ? "" : "\n", asked.video.c_str());
      last_video_ = asked.video;
    }
    std::printf("  ? %s\n", asked.question.c_str());
    if (!asked.error.empty()) {
      std::printf("    not answered: %s\n", asked.error.c_str());
      return;
    }
    std::printf("  > %s\n", asked.response.text.c_str());
    if (asked.option)
      std::printf("    option: %c, %s\n", static_cast<char>('A' + *asked.option),
                  command_.options[static_cast<size_t>(*asked.option)].c_str());
    for (const auto& span : asked.spans)
      std::printf("    span: %g to %g s\n", span.start_seconds, span.end_seconds);
    std::printf(
        "    %lld frames to %.1f s; %lld tokens of prompt, %lld of them kept; %zu of answer%s\n",
        static_cast<long long>(asked.frames), asked.last_frame_seconds,
        static_cast<long long>(asked.prompt_tokens), static_cast<long long>(asked.kept_tokens),
        asked.response.ids.size(), asked.response.truncated ? ", cut off at --max-new-tokens" : "");
  }

  void print_json(const Asked& asked) const {
    io::Json line = {{"video", asked.video}, {"question", asked.question}};
    if (!asked.error.empty()) {
      line["error"] = asked.error;
    } else {
      line["answer"] = asked.response.text;
      line["spans"] = io::Json::array();
      for (const auto& span : asked.spans)
        line["spans"].push_back({span.start_seconds, span.end_seconds});
      if (!command_.options.empty())
        line["option"] = asked.option ? io::Json(*asked.option) : io::Json(nullptr);
      line["finish"] = asked.response.truncated ? "length" : "stop";
      line["frames"] = asked.frames;
      line["prompt_tokens"] = asked.prompt_tokens;
      line["kept_tokens"] = asked.kept_tokens;
      line["tokens"] = asked.response.ids.size();
    }
    std::printf("%s\n", io::to_line(line).c_str());
  }

  const AskCommand& command_;
  opening::OpenedModel opened_;
  rollout::KeptPrompt kept_;
  std::string last_video_;
};

}  // namespace

int run_ask(const AskCommand& command) {
  const auto videos = data::video_files(command.videos);
  const StopScope scope("there is nothing to keep");
  Questions questions(command);
  bool all_read = true;
  for (const auto& video : videos)
    for (const auto& question : command.questions)
      all_read = questions.ask(video, question) && all_read;
  for (std::string line; command.reads_questions && std::getline(std::cin, line);)
    for (const auto& video : videos)
      if (!line.empty()) all_read = questions.ask(video, line) && all_read;
  return all_read ? 0 : static_cast<int>(ExitCode::kBadData);
}

}  // namespace vrlt::app
