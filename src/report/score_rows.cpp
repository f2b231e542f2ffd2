#include "vrlt/report/score_rows.h"

#include <algorithm>
#include <cstdio>

#include "report/run_reading.h"
#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"

namespace vrlt::report {
namespace fs = std::filesystem;
namespace {

std::optional<double> strict_value(const io::Json& results, const std::string& metric) {
  const auto& metrics = results.at("metrics");
  if (!metrics.contains(metric)) return {};
  return metrics.at(metric).at("unanswered_as_zero").at("value").get<double>();
}

std::optional<double> best_blind(const io::Json& results, const std::string& metric) {
  std::optional<double> best;
  if (!results.contains("blind")) return best;
  for (const auto& [name, metrics] : results.at("blind").items())
    if (metrics.contains(metric))
      best = std::max(best.value_or(0.0), metrics.at(metric).get<double>());
  return best;
}

/// Adds the rows of the metrics of one way of scoring.
void add_rows(const ScoreRow& of_task, const io::Json& results, const io::Json& metrics,
              std::vector<ScoreRow>& rows) {
  for (const auto& [metric, estimate] : metrics.items()) {
    auto row = of_task;
    row.metric = metric;
    row.value = estimate.at("value").get<double>();
    row.standard_error = estimate.at("se").get<double>();
    row.low = estimate.at("ci95").at(0).get<double>();
    row.high = estimate.at("ci95").at(1).get<double>();
    row.count = estimate.at("n").get<int64_t>();
    row.strict = strict_value(results, metric);
    row.blind = best_blind(results, metric);
    rows.push_back(std::move(row));
  }
}

/// The means of means; those over videos have a standard error.
void add_macro_rows(const ScoreRow& of_task, const io::Json& macro, const std::string& over,
                    std::vector<ScoreRow>& rows) {
  for (const auto& [metric, mean] : macro.items()) {
    auto row = of_task;
    row.metric = concat(metric, " over ", over);
    row.value = mean.at("value").get<double>();
    if (mean.contains("se")) row.standard_error = mean.at("se").get<double>();
    row.count = mean.at(mean.contains("n") ? "n" : "n_groups").get<int64_t>();
    rows.push_back(std::move(row));
  }
}

void add_task(ScoreRow row, const io::Json& results, std::vector<ScoreRow>& rows) {
  if (!results.contains("metrics")) return;
  row.prompt = results.value("prompt", "");
  row.parse_failure_rate = results.at("parse_failure_rate").get<double>();
  row.note = results.value("not_comparable", "");
  const auto over = results.value("macro_over", "");
  const bool official = results.contains("compat");
  if (official)
    for (const auto& [name, profile] : results.at("compat").items()) {
      row.profile = name;
      row.headline = name == results.at("compat_profile");
      add_rows(row, results, profile.at("metrics"), rows);
      if (profile.contains("macro")) add_macro_rows(row, profile.at("macro"), over, rows);
    }
  row.profile = "strict";
  row.headline = !official;
  io::Json strict = io::Json::object();
  for (const auto& [metric, estimate] : results.at("metrics").items())
    strict[metric] = estimate.at("unanswered_as_zero");
  add_rows(row, results, strict, rows);
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
    for (const auto& file : files) try {
        add_task({.run = fs::weakly_canonical(run).filename().string(),
                  .task = file.parent_path().filename().string()},
                 read_own_json(file), rows);
      } catch (const nlohmann::json::exception& error) {
        throw DataError(
            concat(file.string(), ": not the results of an evaluation: ", error.what()));
      }
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
