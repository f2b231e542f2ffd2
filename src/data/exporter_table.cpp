#include "vrlt/data/exporter_table.h"

#include "data/exporters/answer_files.h"
#include "data/exporters/seed_train.h"
#include "data/exporters/submissions.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"

namespace vrlt::data {
namespace {

constexpr ExporterEntry kExporters[] = {
    {"seed_train", "Temporal-R1's training file, from records of temporal grounding", false, false,
     export_seed_train},
    {"grounding",
     "Charades-STA and ActivityNet: the dictionary that the seed's and lmms-eval's scripts score",
     true, false, export_grounding},
    {"nextgqa", "NExT-GQA: grounding.json and qa.json for eval_ground.py", true, true,
     export_nextgqa},
    {"rextime", "ReXTime: the lines that rextime_eval.py and the challenge server score", true,
     false, export_rextime},
    {"tempcompass", "TempCompass: <task>.json of predictions/<model>/ for its eval scripts", true,
     true, export_tempcompass},
    {"mvbench", "MVBench: acc_dict and res_list as the authors' notebook saves them", true, false,
     export_mvbench},
    {"videomme", "Video-MME: the list of videos that eval_your_results.py scores", true, false,
     export_videomme},
    {"mmvu_mc", "MMVU: the questions with responses that acc_evaluation.py scores", true, false,
     export_mmvu},
    {"anet_rtl", "ActivityNet-RTL: answers.json for LITA's review of explanations", true, false,
     export_anet_rtl},
};

}  // namespace

Prediction parse_prediction(const io::Json& line, double clip_start, const std::string& origin) {
  if (const auto responses = line.is_object() ? line.find("responses") : line.end();
      responses != line.end()) {
    if (!responses->is_array() || responses->empty() || !responses->front().is_object())
      throw DataError(concat(origin, ": \"responses\" is ", io::excerpt(*responses),
                             ", expected what the model said"));
    return parse_prediction(responses->front(), clip_start, origin);
  }
  const JsonFields fields(line, origin);
  Prediction prediction{
      .text = fields.optional_text(fields.find("read_as") != nullptr ? "read_as" : "text")};
  const auto* parsed = fields.find("parsed");
  if (parsed == nullptr || !parsed->is_object()) return prediction;
  if (const auto option = parsed->find("option");
      option != parsed->end() && option->is_number_integer())
    prediction.option = option->get<int64_t>();
  if (const auto span = parsed->find("span"); span != parsed->end())
    prediction.span = read_span(*span);
  if (prediction.span) {
    prediction.span->start_seconds += clip_start;
    prediction.span->end_seconds += clip_start;
  }
  return prediction;
}

std::span<const ExporterEntry> exporter_table() { return kExporters; }

const ExporterEntry& find_exporter(const std::string& name) {
  return find_row(kExporters, name, "export format");
}

}  // namespace vrlt::data
