#include "data/converters/videomme.h"

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr size_t kMaxOptions = 26;

/// The texts of "A. One.", "B. Two.", ...; an option with another letter is kept as it stands, and noted.
std::vector<std::string> read_options(const JsonFields& fields, Conversion& conversion) {
  auto options = fields.texts("options", 2, kMaxOptions);
  for (size_t i = 0; i < options.size(); ++i) {
    const auto option = parse_dotted_option(options[i]);
    if (option && letter_index(option->label, i + 1) == static_cast<int64_t>(i))
      options[i] = option->text;
    else
      conversion.repaired.push_back(concat(fields.place(), ": option ", io::excerpt(options[i]), " does not begin with \"",
                                           static_cast<char>('A' + i), ".\"; kept as it stands"));
  }
  return options;
}

io::Json convert_row(const JsonFields& fields, const ConversionRequest& request, Conversion& conversion) {
  const auto video = fields.text("videoID"), question_id = fields.text("question_id"), answer = fields.text("answer");
  auto record = make_record({.bench = "videomme",
                             .split = request.split,
                             .native_id = question_id,
                             .task = "mcq",
                             .video = in_folder(request.video_folder.empty() ? "data" : request.video_folder, video + ".mp4"),
                             .question = fields.text("question"),
                             .source = "videomme"});
  const auto options = read_options(fields, conversion);
  const auto index = letter_index(answer, options.size());
  if (index < 0) fields.fail("answer", concat("a letter from A to ", static_cast<char>('A' + options.size() - 1)));
  add_options(record, options, index);
  const auto subtitles = video + ".srt";
  if (!request.subtitles.empty() && std::filesystem::exists(request.subtitles / subtitles))
    record["subtitles"] = in_folder(request.subtitles.filename().string(), subtitles);
  for (const char* group : {"duration", "domain", "sub_category", "task_type"}) record["groups"][group] = fields.text(group);
  record["native"] = {{"question_id", question_id}, {"video_id", fields.text("video_id")}};
  return record;
}

}  // namespace

Conversion convert_videomme(const ConversionRequest& request) {
  if (!request.subtitles.empty() && !std::filesystem::is_directory(request.subtitles))
    throw MissingInputError(concat(request.subtitles.string(), ": no such folder; expected the folder of the <videoID>.srt files"));
  Conversion conversion;
  for_each_item(request.annotations, "videomme/test-00000-of-00001.parquet, exported to JSON Lines", conversion,
                [&](const std::string& place, const io::Json& item) {
                  conversion.records.push_back(convert_row(JsonFields(item, place), request, conversion));
                });
  return conversion;
}

}  // namespace vrlt::data
