#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vrlt::app {

/// What `vrlt-ask` is asked to do.
struct AskCommand {
  std::filesystem::path model, adapter;
  std::vector<std::filesystem::path> videos;  ///< Files, and folders of files.
  std::vector<std::string> questions;
  bool reads_questions = false;      ///< More of them, from standard input, a line each.
  std::vector<std::string> options;  ///< Of multiple choice; empty: the question is open.
  std::string prompt = "auto_short", dtype = "float32", device = "cpu";
  std::optional<double> fps;
  std::optional<int64_t> num_frames, max_frames, max_pixels;
  int64_t max_new_tokens = 512;
  double temperature = 0.0;
  uint64_t seed = 0;
  bool json = false;
};

/// Asks every question about every video and prints the answers. What a video begins a prompt with
/// is kept from one question to the next.
/// @return 0, or 65 if a video could not be read; the others are asked.
/// @throws as data::video_files and opening::open_model.
int run_ask(const AskCommand& command);

}  // namespace vrlt::app
