#include "data/converters/mvbench.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

struct SubTask {
  const char* name;
  const char* main_folder;
  const char* video_folder;
  bool bounded = false;  ///< Items have start and end.
  bool frames = false;   ///< Folders of pictures in layout main.
};

constexpr SubTask kSubTasks[] = {
    {"action_sequence", "star/Charades_v1_480", "star/Charades_segment", true},
    {"action_prediction", "star/Charades_v1_480", "star/Charades_segment", true},
    {"object_interaction", "star/Charades_v1_480", "star/Charades_segment", true},
    {"action_localization", "sta/sta_video", "sta/sta_video_segment", true},
    {"episodic_reasoning", "tvqa/frames_fps3_hq", "tvqa/video_fps3_hq_segment", true, true},
    {"action_antonym", "ssv2_video", "ssv2_video_mp4"},
    {"fine_grained_action", "Moments_in_Time_Raw/videos", "Moments_in_Time_Raw/videos"},
    {"unexpected_action", "FunQA_test/test", "FunQA_test/test"},
    {"object_existence", "clevrer/video_validation", "clevrer/video_validation"},
    {"moving_direction", "clevrer/video_validation", "clevrer/video_validation"},
    {"moving_count", "clevrer/video_validation", "clevrer/video_validation"},
    {"moving_attribute", "clevrer/video_validation", "clevrer/video_validation"},
    {"counterfactual_inference", "clevrer/video_validation", "clevrer/video_validation"},
    {"object_shuffle", "perception/videos", "perception/videos"},
    {"action_count", "perception/videos", "perception/videos"},
    {"state_change", "perception/videos", "perception/videos"},
    {"character_order", "perception/videos", "perception/videos"},
    {"scene_transition", "scene_qa/video", "scene_qa/video"},
    {"fine_grained_pose", "nturgbd", "nturgbd_convert"},
    {"egocentric_navigation", "vlnqa", "vlnqa"},
};

constexpr double kTvqaFps = 3.0;
constexpr size_t kMaxOptions = 26;

/// Whether a name already ends in _<start>_<end>, as the files of cut segments do.
bool is_cut(const std::string& stem) {
  size_t end = stem.size();
  for (int part = 0; part < 2; ++part) {
    const auto begin = stem.find_last_not_of("0123456789.", end == 0 ? 0 : end - 1);
    if (begin == std::string::npos || begin + 1 == end || stem[begin] != '_') return false;
    end = begin;
  }
  return true;
}

/// The part of a video that an item is about.
struct Bounds {
  Interval seconds;
  std::string start, end;  ///< As they are spelled, which is part of the name of a cut file.
};

/// The cut file of a segment: <stem>_<start>_<end>.mp4.
std::string cut_name(const std::string& video, const Bounds& bounds) {
  const auto stem = std::filesystem::path(video).extension() == ".mp4"
                        ? video.substr(0, video.size() - 4)
                        : video;
  return is_cut(stem) ? stem + ".mp4" : concat(stem, "_", bounds.start, "_", bounds.end, ".mp4");
}

/// A number as it stands, without the quotes that it may have.
std::string spelled(const io::Json& number) {
  return number.is_string() ? number.get<std::string>() : number.dump();
}

/// The bounds of an item, or nothing where they make no sense.
std::optional<Bounds> read_bounds(const AnnotationFields& fields) {
  const Interval seconds{fields.seconds("start"), fields.seconds("end")};
  if (seconds.length() > 0)
    return Bounds{seconds, spelled(*fields.find("start")), spelled(*fields.find("end"))};
  fields.odd().repaired("an empty part of a video",
                        concat(fields.place(), ": the part from ", seconds.start_seconds, " to ",
                               seconds.end_seconds, " is empty; the whole video is used"));
  return {};
}

void place_video(const AnnotationFields& fields, const SubTask& sub_task,
                 const ConversionRequest& request, io::Json& record) {
  const bool whole = request.layout == "main";
  auto video = fields.text("video");
  const bool names_a_cut =
      !whole && fields.find("start") == nullptr && fields.find("end") == nullptr;
  const auto bounds = sub_task.bounded && !names_a_cut ? read_bounds(fields) : std::nullopt;
  if (bounds)
    record["native"]["bounds"] = {bounds->seconds.start_seconds, bounds->seconds.end_seconds};
  if (bounds && whole) {
    record["clip_start"] = bounds->seconds.start_seconds;
    record["clip_end"] = bounds->seconds.end_seconds;
  } else if (bounds) {
    video = cut_name(video, *bounds);
  }
  record["native"]["video"] = fields.text("video");
  record["video"] = in_folder(
      request.video_folder, in_folder(whole ? sub_task.main_folder : sub_task.video_folder, video));
  if (sub_task.frames && whole) add_frames(record, request.frames_fps.value_or(kTvqaFps));
}

void convert_sub_task(const SubTask& sub_task, const std::filesystem::path& file,
                      const ConversionRequest& request, Conversion& conversion) {
  int64_t index = 0;
  for_each_item(file, "one of the 20 files json/<sub_task>.json of MVBench", conversion,
                [&](const AnnotationFields& fields) {
                  const auto native_id = concat(sub_task.name, "/", index++);
                  const auto options = fields.texts("candidates", 2, kMaxOptions);
                  const auto answer = fields.text("answer");
                  const auto right = index_of(answer, options, fields);
                  if (!right)
                    throw OddItemError("an answer that is no option",
                                       concat(fields.place(), ": the answer ", io::excerpt(answer),
                                              " is none of the candidates"));
                  auto record = make_record({.bench = "mvbench",
                                             .split = request.split,
                                             .native_id = native_id,
                                             .task = "mcq",
                                             .question = fields.text("question"),
                                             .source = "mvbench"});
                  add_options(record, options, *right);
                  record["groups"] = {{"sub_task", sub_task.name}};
                  place_video(fields, sub_task, request, record);
                  conversion.add(std::move(record), fields.place());
                });
}

}  // namespace

void convert_mvbench(const ConversionRequest& request, Conversion& conversion) {
  if (!request.layout.empty() && request.layout != "main" && request.layout != "video")
    throw ConfigError(
        concat("--layout ", request.layout, ": MVBench has the layouts main and video"));
  const auto json = request.annotations / "json";
  const auto& folder = std::filesystem::is_directory(json) ? json : request.annotations;
  for (const auto& sub_task : kSubTasks)
    convert_sub_task(sub_task, folder / concat(sub_task.name, ".json"), request, conversion);
}

}  // namespace vrlt::data
