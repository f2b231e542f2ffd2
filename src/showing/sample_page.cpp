#include "showing/sample_page.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/data/truth.h"
#include "vrlt/page/chart.h"
#include "vrlt/page/html.h"
#include "vrlt/page/page.h"
#include "vrlt/video/encoder.h"

namespace vrlt::showing {
namespace {

using namespace page;

std::string section(const std::string& title, const std::string& body) {
  return "<h2>" + escape(title) + "</h2>" + body;
}

std::string row(const std::string& name, const std::string& html) {
  return "<tr><th>" + name + "</th><td>" + html + "</td></tr>";
}

std::string sample_table(const ShownSample& shown) {
  const auto& sample = shown.sample;
  auto rows =
      row("task", escape(data::to_string(sample.task))) + row("question", escape(sample.question));
  std::string options;
  for (size_t i = 0; i < sample.options.size(); ++i) {
    const auto option = concat(static_cast<char>('A' + i), ". ", sample.options[i]);
    const bool right = sample.answer_option == static_cast<int64_t>(i);
    options += (i == 0 ? "" : "<br>") +
               (right ? "<b class=\"right\">" + escape(option) + "</b>" : escape(option));
  }
  if (!options.empty()) rows += row("options", options);
  const auto truth = data::truth_text(sample);
  rows += row("truth", truth.empty() ? "not known" : escape(truth));
  for (const auto& image : sample.images) rows += row("image", escape(image));
  if (!sample.video.empty()) rows += row("video", escape(sample.video));
  return "<table>" + rows + "</table>" +
         folded("record", "<pre>" + escape(sample.record.text()) + "</pre>");
}

/// @param picture  [3, H, W] uint8.
std::string jpeg(const at::Tensor& picture) {
  constexpr int kQuality = 3;
  const auto pixels = picture.permute({1, 2, 0}).contiguous();
  const auto* data = pixels.const_data_ptr<uint8_t>();
  return base64(video::encode_jpeg(
      {picture.size(1), picture.size(2), {data, data + pixels.numel()}}, kQuality));
}

std::string figure(const at::Tensor& picture, const std::string& caption, bool marked) {
  return concat("<figure", marked ? " class=\"marked\"" : "",
                "><img loading=\"lazy\" alt=\"\" src=\"data:image/jpeg;base64,", jpeg(picture),
                "\"><figcaption>", caption, "</figcaption></figure>");
}

std::string clip_part(const ShownSample& shown) {
  const auto& clip = *shown.clip;
  const auto& seconds = clip.frame_seconds;
  auto html =
      concat("<p>", seconds.size(), " frames of ", clip.frames.size(3), " × ", clip.frames.size(2),
             " pixels, ", format_number(clip.sample_fps), " a second of a clip of ",
             format_number(clip.duration_seconds), " s",
             clip.start_seconds > 0
                 ? concat(", which begins at ", format_number(clip.start_seconds), " s of the file")
                 : "");
  const size_t drawn = std::min(seconds.size(), kMostFrames);
  if (drawn < seconds.size()) html += concat("; ", drawn, " of them are drawn");
  html += "</p>";
  if (!shown.sample.segments.empty())
    html += timeline(clip.duration_seconds, seconds, shown.sample.clip_segments(), {}, 1.0);
  html += "<div class=\"frames\">";
  for (size_t k = 0; k < drawn; ++k) {
    const size_t i = k * seconds.size() / drawn;
    char caption[64];
    std::snprintf(caption, sizeof caption, "%.3f s", seconds[i]);
    html += figure(clip.frames[static_cast<int64_t>(i)],
                   concat(caption, "<br>frame ", clip.file_frames[i]), shown.in_truth(seconds[i]));
  }
  return html + "</div>";
}

std::string media_part(const ShownSample& shown) {
  std::string html;
  for (const auto& warning : shown.warnings)
    html += "<p class=\"alarm\">" + escape(warning) + "</p>";
  if (!shown.images.empty()) html += "<div class=\"frames\">";
  for (const auto& image : shown.images)
    html += figure(image, concat(image.size(2), " × ", image.size(1)), false);
  if (!shown.images.empty()) html += "</div>";
  return html + (shown.clip ? clip_part(shown) : "");
}

/// Each token in a box of its own, with its id where the pointer rests.
std::string token_boxes(const std::vector<TokenRun>& runs) {
  std::string html = "<pre class=\"tokens\">";
  for (const auto& run : runs) {
    const bool ends_line = run.text.find('\n') != std::string::npos;
    const bool special = run.text.starts_with("<|") && run.text.ends_with("|>");
    html += concat("<span", special ? " class=\"special\"" : "", " title=\"", run.id, "\">",
                   escape(run.text), "</span>");
    if (run.count > 1) html += concat("<i>× ", run.count, "</i>");
    if (special && ends_line) html += "\n";
  }
  return html + "</pre>";
}

std::string prompt_part(const ShownSample& shown) {
  const int64_t text_tokens = shown.num_tokens - shown.num_vision_tokens;
  return concat(
      "<p>", escape(shown.prompt->name), ": ", escape(shown.prompt->help), "</p><p>",
      shown.num_tokens, " tokens, ", text_tokens, " of text and ", shown.num_vision_tokens,
      " of vision",
      shown.max_positions > 0 ? concat("; the model has ", shown.max_positions, " positions") : "",
      "</p>", token_boxes(shown.tokens));
}

std::string target_part(const ShownSample& shown) {
  if (shown.target.empty())
    return "<p class=\"alarm\">nothing can be learnt here: " + escape(shown.target_problem) +
           "</p>";
  int64_t length = 0;
  for (const auto& run : shown.target) length += run.count;
  return concat("<p>sft.target: ", escape(shown.target_name), "; ", length, " tokens</p>",
                token_boxes(shown.target));
}

std::string reward_row(const ShownReward& reward) {
  auto html = "<tr><td>" + escape(reward.name) + "</td>" + number_cell(reward.weight);
  if (!reward.reads) {
    html += "<td class=\"number\">–</td><td>does not read this sample</td>";
  } else if (reward.compares) {
    html += "<td class=\"number\">–</td><td>compares the responses of a group</td>";
  } else {
    std::string said =
        reward.output.reason == reading::Reason::kOk ? "" : escape(reward.output.reason.word) + " ";
    if (!reward.output.read.empty()) said += "read <code>" + escape(reward.output.read) + "</code>";
    html += number_cell(reward.output.value) + "<td>" + said + "</td>";
  }
  html += "<td>" + escape(reward.help) + "</td><td>" + format_number(reward.minimum) + " to " +
          format_number(reward.maximum) + "</td><td><code>" + escape(reward.wants) + "</code></td>";
  return html + "</tr>";
}

std::string rewards_part(const ShownSample& shown) {
  if (shown.ideal.empty()) return "<p>no label: there is no ideal answer to try</p>";
  auto html = "<p>tried on an ideal answer:</p><pre>" + escape(shown.ideal) + "</pre>";
  if (!shown.rewards.empty()) {
    html +=
        "<div class=\"wide\"><table><tr><th>reward</th><th>weight</th><th>value</th><th>it "
        "says</th><th>what it is</th><th>range</th><th>wants</th></tr>";
    for (const auto& reward : shown.rewards) html += reward_row(reward);
    html += "<tr><td><b>total</b></td><td></td>" + number_cell(shown.total) +
            "<td></td><td></td><td></td><td></td></tr></table></div>";
  }
  std::string strict;
  for (const auto& [name, value] : shown.strict)
    strict += (strict.empty() ? "" : ", ") + name + " " + format_number(value);
  return html + "<p>strict evaluation: " + escape(strict.empty() ? "no score" : strict) + "</p>";
}

}  // namespace

std::string to_page(const ShownSample& shown) {
  return whole_page(shown.sample.id,
                    sample_table(shown) + section("what the model sees", media_part(shown)) +
                        section("what it is asked", prompt_part(shown)) +
                        section("what supervised training would teach", target_part(shown)) +
                        section("what each reward wants", rewards_part(shown)));
}

}  // namespace vrlt::showing
