#include "vrlt/report/score_rows.h"

#include <algorithm>
#include <cstdio>

#include "report/run_reading.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/task_results.h"
#include "vrlt/io/folders.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

using evaluation::StoredEstimate;
using evaluation::TaskResults;

std::optional<double> strict_value(const TaskResults& results, const std::string& metric) {
  const auto* strict = results.find_strict(metric);
  return strict != nullptr ? std::optional(strict->all.value) : std::nullopt;
}

std::optional<double> best_blind(const TaskResults& results, const std::string& metric) {
  std::optional<double> best;
  for (const auto& blind : results.blind)
    for (const auto& [name, value] : blind.metrics)
      if (name == metric) best = std::max(best.value_or(0.0), value);
  return best;
}

/// Adds the row of a metric of one way of scoring.
void add_row(const ScoreRow& of_task, const TaskResults& results, const std::string& metric,
             const StoredEstimate& estimate, std::vector<ScoreRow>& rows) {
  auto row = of_task;
  row.metric = metric;
  row.value = estimate.value;
  row.standard_error = estimate.standard_error;
  row.low = estimate.low;
  row.high = estimate.high;
  row.count = estimate.count;
  row.strict = strict_value(results, metric);
  row.blind = best_blind(results, metric);
  rows.push_back(std::move(row));
}

/// The mean of means of a metric; those over videos have a standard error.
void add_macro_row(const ScoreRow& of_task, const std::string& over, const std::string& metric,
                   const StoredEstimate& mean, std::vector<ScoreRow>& rows) {
  auto row = of_task;
  row.metric = concat(metric, " over ", over);
  row.value = mean.value;
  row.standard_error = mean.standard_error;
  row.count = mean.count;
  rows.push_back(std::move(row));
}

void add_task(ScoreRow row, const TaskResults& results, std::vector<ScoreRow>& rows) {
  if (!results.has_scores()) return;
  row.prompt = results.prompt;
  row.parse_failure_rate = results.parse_failure_rate;
  row.note = results.not_comparable;
  for (const auto& profile : results.profiles) {
    row.profile = profile.name;
    row.headline = &profile == results.headline();
    for (const auto& [metric, estimate] : profile.metrics)
      add_row(row, results, metric, estimate, rows);
    for (const auto& [metric, mean] : profile.macro)
      add_macro_row(row, results.macro_over, metric, mean, rows);
  }
  row.profile = "strict";
  row.headline = results.headline() == nullptr;
  for (const auto& strict : results.strict) add_row(row, results, strict.metric, strict.all, rows);
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

std::string number(double value) { return io::Json(value).dump(); }
std::string number(const std::optional<double>& value) { return value ? number(*value) : ""; }

std::string percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", 100 * value);
  return text;
}
std::string percent(const std::optional<double>& value) { return value ? percent(*value) : "N/A"; }

/// A cell may not end early or begin another.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text)
    escaped += c == '|' ? std::string("\\|") : std::string(1, c == '\n' || c == '\r' ? ' ' : c);
  return escaped;
}

}  // namespace

std::vector<ScoreRow> read_score_rows(const std::vector<fs::path>& run_folders) {
  std::vector<ScoreRow> rows;
  for (const auto& run : run_folders) {
    if (!io::is_folder(run)) throw MissingInputError(run.string() + ": no such folder");
    std::vector<fs::path> files;
    for (const auto& entry : io::list_folder(run))
      if (io::exists(entry / "results.json")) files.push_back(entry / "results.json");
    if (files.empty())
      throw DataError(
          run.string() +
          ": holds no evaluation; expected <task>/results.json, which vrlt-eval writes");
    for (const auto& file : files)
      add_task({.run = fs::weakly_canonical(run).filename().string(),
                .task = file.parent_path().filename().string()},
               evaluation::parse_results(read_own_json(file), file.string()), rows);
  }
  return rows;
}

std::string to_csv(const std::vector<ScoreRow>& rows) {
  std::string text =
      "run,task,prompt,profile,headline,metric,value,se,ci95_low,ci95_high,n,strict,parse_failure_"
      "rate,blind,note\n";
  for (const auto& row : rows)
    text +=
        concat(quoted(row.run), ",", quoted(row.task), ",", quoted(row.prompt), ",",
               quoted(row.profile), ",", row.headline ? 1 : 0, ",", quoted(row.metric), ",",
               number(row.value), ",", number(row.standard_error), ",", number(row.low), ",",
               number(row.high), ",", row.count, ",", number(row.strict), ",",
               number(row.parse_failure_rate), ",", number(row.blind), ",", quoted(row.note), "\n");
  return text;
}

std::string to_markdown(const std::vector<ScoreRow>& rows) {
  std::string text =
      "| Run | Tasks | Prompt | Filter | n-shot | Metric | | Value | | Stderr | n | 95 % | Strict "
      "| Unreadable | Blind | Note |\n"
      "|---|---|---|---|---:|---|---|---:|---|---:|---:|---|---:|---:|---:|---|\n";
  for (const auto& row : rows) {
    if (!row.headline) continue;
    const auto interval =
        row.low && row.high ? concat("[", percent(*row.low), ", ", percent(*row.high), "]") : "N/A";
    text += concat("| ", cell(row.run), " | ", cell(row.task), " | ", cell(row.prompt), " | ",
                   cell(row.profile), " | 0 | ", cell(row.metric), " | ↑ | ", percent(row.value),
                   " | ± | ", percent(row.standard_error), " | ", row.count, " | ", interval, " | ",
                   percent(row.strict), " | ", percent(row.parse_failure_rate), " | ",
                   percent(row.blind), " | ", cell(row.note), " |\n");
  }
  return text;
}

}  // namespace vrlt::report
