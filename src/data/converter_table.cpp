#include "vrlt/data/converter_table.h"

#include "data/converters/anet_rtl.h"
#include "data/converters/charades_sta.h"
#include "data/converters/chat.h"
#include "data/converters/grounding_rows.h"
#include "data/converters/grounding_sets.h"
#include "data/converters/grounding_videos.h"
#include "data/converters/long_videos.h"
#include "data/converters/mmvu.h"
#include "data/converters/mvbench.h"
#include "data/converters/nextgqa.h"
#include "data/converters/onethinker.h"
#include "data/converters/rextime.h"
#include "data/converters/seed_train.h"
#include "data/converters/table.h"
#include "data/converters/tempcompass.h"
#include "data/converters/video_r1.h"
#include "data/converters/videomme.h"
#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/data/record_file.h"
#include "vrlt/data/sample.h"

namespace vrlt::data {
namespace {

using enum ConverterOption;

const ConverterEntry kConverters[] = {
    {"charades_sta",
     "Charades-STA, the dataset's text: temporal grounding",
     "charades_sta_train.txt or charades_sta_test.txt",
     "train",
     {kVideoFolder, kDurations},
     convert_charades_sta},
    {"charades_sta_rows",
     "Charades-STA, lmms-eval's copy in half precision",
     "test-*.parquet of lmms-lab/charades_sta, or its rows as JSON Lines",
     "test",
     {kVideoFolder},
     convert_charades_sta_rows},
    {"charades_sta_videos",
     "Charades-STA, the dictionary of TimeChat, Time-R1 and VideoChat-R1",
     "a JSON dictionary by video",
     "train",
     {kVideoFolder},
     convert_charades_sta_videos},
    {"anet_tvg",
     "ActivityNet Captions: temporal grounding",
     "train.json, val_1.json or val_2.json",
     "val_2",
     {kVideoFolder},
     convert_anet_tvg_videos},
    {"anet_tvg_rows",
     "ActivityNet Captions, the seed's copy",
     "test-*.parquet of appletea2333/activity_tvg, or its rows as JSON Lines",
     "test",
     {kVideoFolder},
     convert_anet_tvg_rows},
    {"anet_rtl",
     "ActivityNet-RTL: reasoning localization",
     "annot_val_1_q229.json or activitynet_train_gpt-4-0613_temp_6_f10009.json",
     "val",
     {kVideoFolder, kFramesFps},
     convert_anet_rtl},
    {"nextgqa",
     "NExT-GQA: grounded QA",
     "folder with SPLIT.csv, gsub_SPLIT.json and map_vid_vidorID.json",
     "test",
     {kVideoFolder},
     convert_nextgqa},
    {"nextgqa_videochat",
     "NExT-GQA, VideoChat-R1's copy",
     "a JSON list",
     "test",
     {kVideoFolder},
     convert_nextgqa_videochat},
    {"rextime",
     "ReXTime: grounded QA; grounding only from the .jsonl",
     "rextime_{train,val,test_release}.json or rextime_val.jsonl",
     "val",
     {kVideoFolder},
     convert_rextime},
    {"mvbench",
     "MVBench: 20 sub-tasks of multiple choice",
     "folder with json/<sub_task>.json",
     "test",
     {kVideoFolder, kLayout, kFramesFps},
     convert_mvbench},
    {"tempcompass",
     "TempCompass: multiple choice, yes/no, caption matching and captioning",
     "folder with questions/<task>.json and meta_info.json, or with <task>.jsonl",
     "test",
     {kVideoFolder},
     convert_tempcompass},
    {"videomme",
     "Video-MME: multiple choice, with or without subtitles",
     "test-00000-of-00001.parquet, or its rows as JSON Lines",
     "test",
     {kVideoFolder, kSubtitles},
     convert_videomme},
    {"mmvu_mc",
     "MMVU: its multiple-choice part",
     "validation.json, its Parquet file, or the rows of that as JSON Lines",
     "validation",
     {kVideoFolder},
     convert_mmvu},
    {"lvbench",
     "LVBench: multiple choice about videos of up to two hours",
     "video_info.meta.jsonl",
     "test",
     {kVideoFolder},
     convert_lvbench},
    {"longvideobench",
     "LongVideoBench: multiple choice, with questions that refer to moments",
     "lvb_val.json or lvb_test_wo_gt.json, its Parquet file, or the rows of that as JSON Lines",
     "val",
     {kVideoFolder},
     convert_longvideobench},
    {"mlvu",
     "MLVU: its multiple-choice tasks",
     "the folder json with <number>_<task>.json, or one of these files",
     "dev",
     {kVideoFolder},
     convert_mlvu},
    {"videommmu_mc",
     "VideoMMMU: the multiple-choice questions of a track, which --split names",
     "the Parquet file of Perception, Comprehension or Adaptation, or its rows as JSON Lines",
     "perception",
     {kVideoFolder},
     convert_videommmu},
    {"timelens_bench",
     "TimeLens-Bench: temporal grounding, Charades-STA, ActivityNet Captions and QVHighlights "
     "annotated anew",
     "charades-timelens.json, activitynet-timelens.json or qvhighlights-timelens.json",
     "test",
     {kVideoFolder},
     convert_timelens_bench},
    {"seed_train",
     "Temporal-R1's training data: temporal grounding",
     "a YAML list of data sets, a .json or .jsonl file, or base{a,b}.json",
     "train",
     {kVideoFolder, kVideoLength},
     convert_seed_train},
    {"video_r1",
     "Video-R1's training data: multiple choice, numbers, OCR and free text about videos and "
     "images",
     "Video-R1-260k.json, Video-R1-COT-165k.json or the like",
     "train",
     {kVideoFolder},
     convert_video_r1},
    {"time_r1",
     "Time-R1's training data and TVGBench: temporal grounding",
     "train_2k5.json or tvgbench.json",
     "train",
     {kVideoFolder},
     convert_time_r1},
    {"timelens2",
     "TimeLens2's training data: temporal grounding",
     "timelens2-93k.jsonl, timelens-100k.jsonl or a file of rollouts",
     "train",
     {kVideoFolder, kPathPrefix, kFramesFps},
     convert_timelens2},
    {"onethinker",
     "OneThinker's training data: multiple choice, numbers, OCR, free text and temporal grounding",
     "onethinker_rl_train.json or the like",
     "train",
     {kVideoFolder, kPathPrefix},
     convert_onethinker},
    {"chat",
     "your own data as LLaVA, ShareGPT, ms-swift, LLaMA-Factory, TRL, EasyR1 or verl read it",
     "a file of conversations, messages or questions: JSON, JSON Lines, Parquet or Arrow",
     "train",
     {kVideoFolder, kPathPrefix, kTask},
     convert_chat},
    {"table",
     "your own data in columns, by their names: --map question=Q,options=a:b:c,answer=A,video=V",
     "a table: CSV, TSV, Parquet, Arrow, a folder of these, or rows of JSON",
     "train",
     {kVideoFolder, kPathPrefix, kTask, kColumns},
     convert_table},
};

/// Whether all texts of the record are UTF-8.
bool is_text(const io::Json& record) {
  try {
    record.dump();
    return true;
  } catch (const io::Json::type_error&) {
    return false;
  }
}

}  // namespace

void Conversion::add(io::Json record, const std::string& place) {
  if (!is_text(record)) {
    odd.repaired("bytes that are no text", concat(place, ": bytes that are not UTF-8, now U+FFFD"));
    record = io::parse_json(io::to_line(record), place);
  }
  const auto id = parse_sample(record, place).id;
  const auto [first, inserted] = place_of_id_.emplace(id, place);
  if (!inserted)
    throw OddItemError("an id used before", concat(place, ": id ", io::excerpt(id),
                                                   " was used before at ", first->second));
  records_.push_back(std::move(record));
}

Conversion convert(const ConverterEntry& entry, const ConversionRequest& request) {
  if (!request.task.empty() && !parse_task(request.task))
    throw ConfigError(
        concat("--task ", request.task,
               ": expected mcq, tvg, gqa, yes_no, caption_match, caption, rtl or open"));
  Conversion conversion(request.strict);
  entry.read(request, conversion);
  if (!conversion.records().empty()) return conversion;
  const auto& file = request.annotations;
  const auto dropped = count_of(conversion.odd.dropped());
  if (dropped == 0) throw DataError(concat(file.string(), ": holds no annotations"));
  const auto what = foreign_row(conversion.first_item, file);
  throw DataError(
      concat(file.string(), ": nothing here can be used by ", entry.name, ", which reads ",
             entry.input, ": all of ", dropped, " items were dropped, the first: ",
             texts_of(conversion.odd.dropped()).front(), what.empty() ? "" : "; it is " + what));
}

std::span<const ConverterEntry> converter_table() { return kConverters; }

const ConverterEntry& find_converter(const std::string& name) {
  return find_row(kConverters, name, "annotation format");
}

}  // namespace vrlt::data
