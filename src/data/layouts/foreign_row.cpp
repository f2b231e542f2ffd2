#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/data/record_file.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/text.h"

namespace vrlt::data {
namespace {

/// A row of another project, known by the names it has.
struct RowLayout {
  std::vector<const char*> keys;  ///< All of them.
  const char* what;
  const char* converter = nullptr;  ///< That reads such rows.
};

const RowLayout kLayouts[] = {
    {{"problem_type", "problem", "solution", "process"}, "a row of Video-R1", "video_r1"},
    {{"problem_type", "problem", "solution", "images"}, "a row of OneThinker", "onethinker"},
    {{"problem_type", "problem", "answer", "data_type"}, "a row of OneThinker", "onethinker"},
    {{"problem_type", "problem", "solution"}, "a row of Video-R1", "video_r1"},
    {{"video", "timestamp", "sentence", "qid"}, "a row of Time-R1", "time_r1"},
    {{"video_path", "events"}, "a row of TimeLens2", "timelens2"},
    {{"video_path", "query", "span"}, "a row of TimeLens2", "timelens2"},
    {{"dataset", "problem", "solution", "video_length"},
     "a row of Temporal-R1's training data",
     "seed_train"},
    {{"videoID", "question_id", "options"}, "a row of Video-MME", "videomme"},
    {{"question_type", "choices", "question"}, "a row of MMVU", "mmvu_mc"},
    {{"glue", "options", "question"}, "a row of VideoChat-R1's NExT-GQA", "nextgqa_videochat"},
    {{"qid", "vid", "options"}, "a row of ReXTime", "rextime"},
    {{"qid", "vid", "saliency_scores"}, "a row of QVHighlights"},
    {{"qid", "vid", "relevant_clip_ids"}, "a row of QVHighlights"},
    {{"qid", "vid", "relevant_windows"}, "a row of ReXTime", "rextime"},
    {{"video", "caption", "timestamp"},
     "a row of Charades-STA or ActivityNet as lmms-eval keeps them",
     "charades_sta_rows"},
    {{"candidates", "question", "answer"},
     "a row of MVBench, whose folder is converted as a whole",
     "mvbench"},
    {{"video_id", "dim", "question"},
     "a row of TempCompass, whose folder is converted as a whole",
     "tempcompass"},
    {{"QA", "video"}, "a row of VideoChat2 (video, QA)"},
    {{"conversations"}, "conversations of LLaVA or ShareGPT", "chat"},
    {{"prompt", "reward_model"}, "a row of verl (prompt, reward_model)", "chat"},
    {{"prompt", "chosen", "rejected"}, "a pair of preferences, which nothing here learns from"},
    {{"messages"}, "messages of ms-swift, TRL or OpenAI", "chat"},
    {{"query", "response"}, "a row of ms-swift (query, response)", "chat"},
    {{"query", "solution"}, "a row of ms-swift (query, solution)", "chat"},
    {{"problem", "answer"}, "a row of EasyR1 (problem, answer)", "chat"},
    {{"problem", "solution"}, "a row of open-r1 or TRL (problem, solution)", "chat"},
    {{"instruction", "output"}, "a row of LLaMA-Factory or Alpaca (instruction, output)", "chat"},
    {{"prompt", "completion"}, "a row of TRL (prompt, completion)", "chat"},
    {{"prompt", "solution"}, "a row of TRL (prompt, solution)", "chat"},
    {{"prompt", "answer"}, "a row of TRL (prompt, answer)", "chat"},
    {{"prompt", "ground_truth"}, "a row of TRL (prompt, ground_truth)", "chat"},
    {{"prompt", "videos"}, "a row of TRL (prompt, videos)"},
    {{"prompt", "images"}, "a row of TRL (prompt, images)"},
    {{"question", "answer"}, "a question and its answer", "chat"},
    {{"video", "caption"}, "a video and its caption"},
};

constexpr const char* kFields =
    "schema \"vs/1\", id, task, video or images (below the data root), question, and by the task "
    "options with an answer (the index from 0), an "
    "answer "
    "(text), or segments ([[start, end]] in seconds)";

}  // namespace

std::string foreign_row(const io::Json& row, const std::filesystem::path& file) {
  if (!row.is_object() || row.contains("schema")) return {};
  // A completion for vrlt-score; TRL's rows have a prompt and no id.
  if (row.contains("completion") && (row.contains("id") || !row.contains("prompt"))) return {};
  // A record of ours that lacks its first key: what is missing is told, not what it might become.
  if (row.contains("task") && row["task"].is_string() && parse_task(row["task"])) return {};
  const auto has = [&](const char* key) { return row.contains(key); };
  const auto found = std::find_if(
      std::begin(kLayouts), std::end(kLayouts),
      [&](const auto& layout) { return std::all_of(layout.keys.begin(), layout.keys.end(), has); });
  if (found == std::end(kLayouts)) return {};
  if (found->converter != nullptr)
    return concat(found->what, "; convert it first: vrlt-data convert ", found->converter, " ",
                  io::shell_word(file.string()), " --output RECORDS.jsonl");
  return concat(found->what, ", not a record; a record is one line with ", kFields);
}

}  // namespace vrlt::data
