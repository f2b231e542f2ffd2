#include "vrlt/data/converter_options.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

struct OptionName {
  ConverterOption option;
  const char* flag;
  bool (*is_given)(const ConversionRequest&);
};

constexpr OptionName kOptions[] = {
    {ConverterOption::kVideoFolder, "--video-folder",
     [](const auto& r) { return !r.video_folder.empty(); }},
    {ConverterOption::kDurations, "--durations",
     [](const auto& r) { return !r.durations.empty(); }},
    {ConverterOption::kSubtitles, "--subtitles",
     [](const auto& r) { return !r.subtitles.empty(); }},
    {ConverterOption::kLayout, "--layout", [](const auto& r) { return !r.layout.empty(); }},
    {ConverterOption::kFramesFps, "--frames-fps",
     [](const auto& r) { return r.frames_fps.has_value(); }},
    {ConverterOption::kVideoLength, "--video-length",
     [](const auto& r) { return r.measure_seconds != nullptr; }},
    {ConverterOption::kPathPrefix, "--path-prefix",
     [](const auto& r) { return !r.path_prefix.empty(); }},
    {ConverterOption::kTask, "--task", [](const auto& r) { return !r.task.empty(); }},
    {ConverterOption::kColumns, "--map", [](const auto& r) { return !r.columns.empty(); }},
};

}  // namespace

std::string option_names(const ConverterEntry& entry) {
  std::string names;
  for (const auto& option : kOptions)
    if (std::find(entry.options.begin(), entry.options.end(), option.option) != entry.options.end())
      names += concat(" ", option.flag);
  return names;
}

void check_options(const ConverterEntry& entry, const ConversionRequest& request) {
  for (const auto& option : kOptions)
    if (option.is_given(request) &&
        std::find(entry.options.begin(), entry.options.end(), option.option) == entry.options.end())
      throw ConfigError(concat(option.flag, ": ", entry.name, " has no use for it; it takes",
                               option_names(entry)));
}

}  // namespace vrlt::data
