#include "data/converters/videomme.h"

#include "data/converters/annotation_files.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

void add_row(const AnnotationFields& fields, const ConversionRequest& request,
             Conversion& conversion) {
  const auto video = fields.text("videoID"), question_id = fields.text("question_id");
  auto record =
      make_record({.bench = "videomme",
                   .split = request.split,
                   .native_id = question_id,
                   .task = "mcq",
                   .video = in_folder(request.video_folder.empty() ? "data" : request.video_folder,
                                      video + ".mp4"),
                   .question = fields.text("question"),
                   .source = "videomme"});
  const auto options = fields.options("options");
  add_options(record, options, fields.option("answer", options));
  const auto subtitles = video + ".srt";
  if (!request.subtitles.empty() && std::filesystem::exists(request.subtitles / subtitles))
    record["subtitles"] = in_folder(request.subtitles.filename().string(), subtitles);
  for (const char* group : {"duration", "domain", "sub_category", "task_type"}) {
    if (auto text = fields.optional_text(group); !text.empty())
      record["groups"][group] = std::move(text);
  }
  record["native"] = {{"question_id", question_id}, {"video_id", fields.text("video_id")}};
  conversion.add(std::move(record), fields.place());
}

}  // namespace

void convert_videomme(const ConversionRequest& request, Conversion& conversion) {
  if (!request.subtitles.empty() && !std::filesystem::is_directory(request.subtitles))
    throw MissingInputError(
        concat(request.subtitles.string(),
               ": no such folder; expected the folder of the <videoID>.srt files"));
  for_each_item(request.annotations, "videomme/test-00000-of-00001.parquet, exported to JSON Lines",
                conversion,
                [&](const AnnotationFields& fields) { add_row(fields, request, conversion); });
}

}  // namespace vrlt::data
