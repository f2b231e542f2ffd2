#pragma once

#include "tests/e2e/app/small_world.h"
#include "tests/support/benchmark_sources.h"
#include "tests/support/test_folders.h"
#include "vrlt/data/frame_folder.h"
#include "vrlt/video/encoder.h"

namespace vrlt::test {

/// The nine benchmarks as their authors lay them out: annotations, videos, how they are converted
/// and asked, and the files of answers.
namespace layouts {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// One file of answers, and what it must hold.
struct AnswerFile {
  std::string task;    ///< Folder of the results.
  std::string metric;  ///< That papers print; "": only a judge could score.
  std::string file;    ///< Below submissions/.
  /// What identifies an answer in it: the responses themselves, or the ids of the questions.
  Texts (*read)(const fs::path& file);
  bool by_id = false;
  double best = 100.0;  ///< What right answers score, in percent.
};

/// A benchmark in the layout of its authors.
struct PublishedLayout {
  std::string format;
  fs::path (*write)(const fs::path& root);
  Texts convert_options, videos, eval_options;
  int64_t num_records = 0;
  std::vector<AnswerFile> answers;
};
inline void PrintTo(const PublishedLayout& layout, std::ostream* out) { *out << layout.format; }

inline Texts values_of(const fs::path& file) {
  Texts texts;
  const auto dictionary = io::read_json(file);
  for (const auto& [key, text] : dictionary.items()) texts.push_back(text);
  return texts;
}
inline Texts keys_of(const fs::path& file) {
  Texts keys;
  const auto dictionary = io::read_json(file);
  for (const auto& [key, value] : dictionary.items()) keys.push_back(key);
  return keys;
}
inline Texts qids_of(const fs::path& file) {
  Texts ids;
  for (const auto& line : lines_of(file)) ids.push_back(line["qid"]);
  return ids;
}
inline Texts mvbench_predictions(const fs::path& file) {
  Texts texts;
  const auto results = io::read_json(file);
  for (const auto& item : results["res_list"]) texts.push_back(item["pred"]);
  return texts;
}
inline Texts tempcompass_predictions(const fs::path& file) {
  Texts texts;
  for (const auto& video : io::read_json(file))
    for (const auto& dim : video)
      for (const auto& item : dim) texts.push_back(item["prediction"]);
  return texts;
}
inline Texts videomme_responses(const fs::path& file) {
  Texts texts;
  for (const auto& video : io::read_json(file))
    for (const auto& question : video["questions"]) texts.push_back(question["response"]);
  return texts;
}
template <const auto& key>
Texts texts_below(const fs::path& file) {
  Texts texts;
  for (const auto& item : io::read_json(file)) texts.push_back(item[key]);
  return texts;
}
inline constexpr char kResponse[] = "response", kTextOut[] = "text_out";

/// Clips of 8 s for the videos; for those whose parts are asked about later than that, one of two
/// hours.
inline void place_videos(const PublishedLayout& layout, const fs::path& root) {
  for (const auto& video : layout.videos) {
    fs::create_directories((root / video).parent_path());
    const bool has_late_parts = video.starts_with("star/") || video.starts_with("sta/");
    fs::copy_file(has_late_parts ? fs::absolute(media_dir()) / "long_slow.mp4"
                                 : SmallWorld::get().folder() / "data/videos/test/00000.mp4",
                  root / video);
  }
}

/// TVQA's pictures, three per second, for the 20.7 s that are asked about.
inline fs::path mvbench_with_pictures(const fs::path& root) {
  const video::RgbFrame grey{
      .height = 56, .width = 84, .pixels = std::vector<uint8_t>(56 * 84 * 3, 90)};
  for (int64_t number = 1; number <= 66; ++number)
    sources::write(
        root / "tvqa/frames_fps3_hq/show_s01e02_seg01_clip_03" / data::frame_name({}, number),
        video::encode_jpeg(grey, 2));
  return sources::mvbench(root);
}

inline const PublishedLayout kLayouts[] = {
    {.format = "mvbench",
     .write = mvbench_with_pictures,
     .convert_options = {"--layout", "main"},
     .videos = {"star/Charades_v1_480/ZS9XR.mp4", "star/Charades_v1_480/ZS9XR_1.5_8.0.mp4",
                "star/Charades_v1_480/AB12C.mp4", "sta/sta_video/AB12C.mp4",
                "ssv2_video/AB12C.webm", "Moments_in_Time_Raw/videos/AB12C.mp4",
                "FunQA_test/test/AB12C.mp4", "clevrer/video_validation/AB12C.mp4",
                "perception/videos/AB12C.mp4", "scene_qa/video/AB12C.mp4", "nturgbd/AB12C.avi",
                "vlnqa/AB12C.mp4"},
     .eval_options = {"data.prompt=p_mvb_off", "video.sampler=segment_centres",
                      "video.num_frames=4"},
     .num_records = 21,
     .answers = {{"mvbench", "accuracy", "mvbench.json", mvbench_predictions}}},
    {.format = "videomme",
     .write = sources::videomme,
     .convert_options = {"--subtitles", "subtitle"},
     .videos = {"data/-bcdefghijk.mp4", "data/_bcdefghijk.MP4"},
     .eval_options = {"data.prompt=p_vmme_lmms"},
     .num_records = 2,
     .answers = {{"videomme", "accuracy", "videomme_output.json", videomme_responses}}},
    {.format = "mmvu_mc",
     .write = sources::mmvu,
     .videos = {"videos/Chemistry/7.mp4", "videos/Art/1.mp4", "videos/Pharmacy/3.mp4"},
     .eval_options = {"data.prompt=p_vr1"},
     .num_records = 3,
     .answers = {{"mmvu_mc", "accuracy", "mmvu_mc_output.json", texts_below<kResponse>}}},
    {.format = "tempcompass",
     .write = sources::tempcompass,
     .videos = {"1000000001.mp4"},
     .eval_options = {"data.prompt=p_tempcompass"},
     .num_records = 5,
     .answers =
         {{"tempcompass_mc", "accuracy", "tempcompass/multi-choice.json", tempcompass_predictions},
          {"tempcompass_yes_no", "accuracy", "tempcompass/yes_no.json", tempcompass_predictions},
          {"tempcompass_caption_matching", "accuracy", "tempcompass/caption_matching.json",
           tempcompass_predictions},
          {"tempcompass_captioning", "", "tempcompass/captioning.json", tempcompass_predictions}}},
    {.format = "charades_sta",
     .write = sources::charades_sta,
     .convert_options = {"--split", "test", "--video-folder", "Charades_v1_480", "--durations",
                         "Charades_v1_test.csv"},
     .videos = {"Charades_v1_480/AB1CD.mp4", "Charades_v1_480/XY9ZZ.mp4"},
     .eval_options = {"data.prompt=p_tvg_seed"},
     .num_records = 3,
     // one of the truths has no length, which nothing can hit
     .answers = {{"charades_sta", "mIoU", "inference_results_temporal_grounding_charades.json",
                  values_of, false, 200.0 / 3}}},
    {.format = "anet_tvg",
     .write = sources::anet_tvg,
     .videos = {"v_AbCdEfGhIjK.mp4", "v_-LmNoPqRsTu.mkv"},
     .eval_options = {"data.prompt=p_tvg_seed"},
     .num_records = 3,
     .answers = {{"anet_tvg", "mIoU", "inference_results_temporal_grounding_activitynet.json",
                  values_of}}},
    {.format = "anet_rtl",
     .write = sources::anet_rtl,
     .videos = {"v_AbCdEfGhIjK.mp4"},
     .eval_options = {"data.prompt=p_tvg_t1"},
     .num_records = 2,
     .answers = {{"anet_rtl", "mIoU", "anet_rtl_answers.json", texts_below<kTextOut>}}},
    {.format = "nextgqa",
     .write = sources::nextgqa,
     .videos = {"1000/1234567890.mp4"},
     .eval_options = {"data.prompt=p_gqa_vcr1"},
     .num_records = 2,
     .answers = {{"nextgqa", "Acc@GQA", "nextgqa/qa.json", keys_of, /*by_id=*/true}}},
    {.format = "rextime",
     .write = sources::rextime,
     .videos = {"v_AbCdEfGhIjK.mp4", "2I9-kvemtSU_510.0_660.0.mp4"},
     .eval_options = {"data.prompt=p_gqa_vcr1"},
     .num_records = 4,
     // the same here, and the labels of one are hidden
     .answers = {{"rextime", "mIoU", "rextime_submission.jsonl", qids_of, /*by_id=*/true,
                  200.0 / 3}}},
};

/// What a model that knows the truth would say, in the form that the layout's prompt asks for.
inline std::string right_answer(const io::Json& record) {
  const auto task = record["task"].get<std::string>();
  const auto letter = record["answer"].is_number()
                          ? std::string(1, static_cast<char>('A' + record["answer"].get<int>()))
                          : "A";
  const auto span = record["segments"].is_array() ? record["segments"][0] : io::Json({0, 1});
  const auto start = io::Json(std::max(span[0].get<double>(), 0.0)).dump(), end = span[1].dump();
  if (task == "mcq")
    return record["bench"] == "mmvu_mc" ? "<think>t</think><answer>" + letter + "</answer>"
                                        : letter;
  if (task == "caption_match") return record["answer_raw"];
  if (task == "tvg") return start + " - " + end;
  if (task == "rtl") return "<answer>" + start + " to " + end + "</answer>";
  if (task == "gqa")
    return "<think>t</think><answer>" + letter + "</answer><glue>[(" + start + ", " + end +
           ")]</glue>";
  return record["answer"];
}

}  // namespace layouts
}  // namespace vrlt::test
