#include "vrlt/evaluation/benchmark.h"

namespace vrlt::evaluation {
namespace {

using data::Task;

constexpr const char* kGroundingProfiles =
    "tvg.seed tvg.lmms_new tvg.timelens tvg.to_and tvg.time_r1";
constexpr const char* kTimeLensProfiles = "tvg.timelens tvg.lmms_new tvg.to_and";
constexpr const char* kThinkGroundingProfiles =
    "tvg.seed_r1 tvg.to_and tvg.time_r1 tvg.lmms_new tvg.timelens tvg.onethinker";

constexpr BenchmarkEntry kBenchmarks[] = {
    {"mvbench", "mvbench", Task::kMultipleChoice, "20 sub-tasks of short videos", 4000, "accuracy",
     "sub_task", "mcq.mvb_lmms mcq.mvb_off", "mcq.exact_tag mcq.mvb_off mcq.mvb_lmms", "mvbench",
     "mvbench.json"},
    {"videomme", "videomme", Task::kMultipleChoice,
     "videos from seconds to an hour, without subtitles", 2700, "accuracy", "",
     "mcq.vmme_old mcq.vmme_vk mcq.ranked", "mcq.exact_tag mcq.vmme_old mcq.ranked", "videomme",
     "videomme_output.json"},
    {"videomme_subtitles", "videomme", Task::kMultipleChoice, "the same, asked with subtitles",
     2700, "accuracy", "", "mcq.vmme_old mcq.vmme_vk mcq.ranked",
     "mcq.exact_tag mcq.vmme_old mcq.ranked", "videomme", "videomme_subtitles_output.json", true},
    {"mmvu_mc", "mmvu_mc", Task::kMultipleChoice, "expert knowledge, multiple choice", 625,
     "accuracy", "", "mcq.exact_tag mcq.mmvu_lmms", "mcq.exact_tag mcq.mmvu_lmms", "mmvu_mc",
     "mmvu_mc_output.json"},
    {"tempcompass_mc", "tempcompass", Task::kMultipleChoice,
     "five temporal dimensions, multiple choice", 1580, "accuracy", "",
     "mcq.tempcompass mcq.tempcompass_lmms", "mcq.tempcompass mcq.exact_tag", "tempcompass",
     "tempcompass"},
    {"tempcompass_yes_no", "tempcompass", Task::kYesNo, "five temporal dimensions, yes or no", 2453,
     "accuracy", "", "yn.tempcompass", "yn.tempcompass", "tempcompass", "tempcompass"},
    {"tempcompass_caption_matching", "tempcompass", Task::kCaptionMatch,
     "five temporal dimensions, which caption fits", 1503, "accuracy", "", "cm.tempcompass",
     "cm.tempcompass", "tempcompass", "tempcompass"},
    {"tempcompass_captioning", "tempcompass", Task::kCaption,
     "five temporal dimensions, captions for a judge", 2004, "", "", "", "", "tempcompass",
     "tempcompass"},
    {"lvbench", "lvbench", Task::kMultipleChoice, "videos of up to two hours", 0, "accuracy", "",
     "mcq.lvbench mcq.ranked", "mcq.exact_tag mcq.lvbench", nullptr, nullptr},
    {"longvideobench", "longvideobench", Task::kMultipleChoice,
     "up to an hour, questions that refer to moments", 0, "accuracy", "",
     "mcq.longvideobench mcq.ranked", "mcq.exact_tag mcq.longvideobench", nullptr, nullptr},
    {"mlvu", "mlvu", Task::kMultipleChoice, "tasks on videos of minutes to hours", 0, "accuracy",
     "question_type", "mcq.mlvu mcq.ranked", "mcq.exact_tag mcq.mlvu", nullptr, nullptr},
    {"videommmu_mc", "videommmu_mc", Task::kMultipleChoice,
     "what lectures teach, multiple choice, by track", 0, "accuracy", "",
     "mcq.videommmu mcq.ranked", "mcq.exact_tag mcq.videommmu", nullptr, nullptr},
    {"charades_timelens", "charades_timelens", Task::kTemporalGrounding,
     "Charades-STA, annotated anew for TimeLens-Bench", 0, "mIoU", "", kTimeLensProfiles,
     kThinkGroundingProfiles, nullptr, nullptr},
    {"activitynet_timelens", "activitynet_timelens", Task::kTemporalGrounding,
     "ActivityNet Captions, annotated anew for TimeLens-Bench", 0, "mIoU", "", kTimeLensProfiles,
     kThinkGroundingProfiles, nullptr, nullptr},
    {"qvhighlights_timelens", "qvhighlights_timelens", Task::kTemporalGrounding,
     "QVHighlights, annotated anew for TimeLens-Bench", 0, "mIoU", "", kTimeLensProfiles,
     kThinkGroundingProfiles, nullptr, nullptr},
    {"charades_sta", "charades_sta", Task::kTemporalGrounding, "when does it happen, indoors", 3720,
     "mIoU", "", kGroundingProfiles, kThinkGroundingProfiles, "grounding",
     "inference_results_temporal_grounding_charades.json"},
    {"anet_tvg", "anet_tvg", Task::kTemporalGrounding,
     "when does it happen, ActivityNet Captions val_2", 17031, "mIoU", "", kGroundingProfiles,
     kThinkGroundingProfiles, "grounding", "inference_results_temporal_grounding_activitynet.json"},
    {"anet_rtl", "anet_rtl", Task::kReasoningLocalization, "when, after some thought, ActivityNet",
     229, "mIoU", "video", "tvg.seed rtl.lita tvg.to_and",
     "tvg.seed_r1 rtl.lita tvg.to_and tvg.onethinker", "anet_rtl", "anet_rtl_answers.json"},
    {"nextgqa", "nextgqa", Task::kGroundedQa, "answer and show when", 5553, "Acc@GQA", "",
     "gqa.nextgqa gqa.vcr1", "gqa.nextgqa gqa.vcr1", "nextgqa", "nextgqa"},
    {"rextime", "rextime", Task::kGroundedQa, "reasoning across time", 921, "mIoU", "",
     "gqa.rextime", "gqa.rextime", "rextime", "rextime_submission.jsonl"},
};

/// Prompts that ask for an answer in the form of their project, which its profile reads.
constexpr std::pair<const char*, const char*> kPromptProfiles[] = {
    {"p_tvg_lmms", "tvg.lmms_new"},
    {"p_tvg_t1", "tvg.time_r1"},
    {"p_tvg_t1_r", "tvg.time_r1"},
    {"p_tvg_vcr1", "tvg.to_and"},
    {"p_tvg_tl", "tvg.timelens"},
    {"p_mvb_off", "mcq.mvb_off"},
    {"p_mvb_t1", "mcq.paren_last"},
    {"p_vmme_vlmek", "mcq.vmme_vk"},
    {"p_mmvu_cot", "mcq.final_answer"},
    {"p_mlvu", "mcq.mlvu"},
    {"p_lvb", "mcq.longvideobench"},
    {"p_videommmu", "mcq.videommmu"},
    {"p_videommmu_adaptation", "mcq.videommmu"},
};

}  // namespace

std::span<const BenchmarkEntry> benchmark_table() { return kBenchmarks; }

const BenchmarkEntry* find_benchmark(const data::Sample& sample, bool with_subtitles) {
  const BenchmarkEntry* found = nullptr;
  for (const auto& entry : kBenchmarks) {
    if (sample.bench != entry.bench || sample.task != entry.task) continue;
    if (entry.with_subtitles == with_subtitles) return &entry;
    if (!entry.with_subtitles) found = &entry;
  }
  return found;
}

std::vector<std::string> profile_names(const BenchmarkEntry& benchmark, bool think,
                                       const std::string& prompt) {
  std::vector<std::string> names;
  std::string name;
  for (const char c : std::string(think ? benchmark.think_profiles : benchmark.profiles) + " ") {
    if (c != ' ') {
      name += c;
    } else if (!name.empty()) {
      names.push_back(std::move(name));
      name.clear();
    }
  }
  for (const auto& [of_prompt, profile] : kPromptProfiles) {
    const std::string own = profile;
    if (prompt != of_prompt || names.empty() || own.substr(0, 4) != names.front().substr(0, 4))
      continue;
    std::erase(names, own);
    names.insert(names.begin(), own);
  }
  return names;
}

}  // namespace vrlt::evaluation
