#include "data/converters/onethinker.h"

#include <algorithm>

#include "data/converters/annotation_files.h"
#include "data/converters/placeholders.h"
#include "data/converters/plain_question.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// A type as the rows name it, and what becomes of it.
struct TypeRow {
  const char* name;
  const char* task;          ///< Of the record; null: passed over.
  const char* problem_type;  ///< Of the record; "" where there is none.
};

constexpr TypeRow kTypes[] = {{"multiple choice", "mcq", ""},
                              {"numerical", "open", "numerical"},
                              {"regression", "open", "regression"},
                              {"ocr", "open", "OCR"},
                              {"open-ended", "open", "free-form"},
                              {"math", "open", ""},
                              {"temporal grounding", "tvg", ""},
                              {"spatial grounding", nullptr, ""},
                              {"spatial-temporal grounding", nullptr, ""},
                              {"tracking", nullptr, ""},
                              {"segmentation", nullptr, ""}};

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

const TypeRow& type_of(const AnnotationFields& fields) {
  const auto type = lower(fields.text("problem_type"));
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const auto& row) { return type == row.name; });
  if (found == std::end(kTypes)) fields.fail("problem_type", "a type of OneThinker");
  return *found;
}

void add_media(const AnnotationFields& fields, PlainQuestion& plain) {
  for (const char* name : {"images", "videos"})
    if (const auto* files = fields.find(name); files != nullptr && !files->empty())
      (name[0] == 'i' ? plain.images : plain.videos) = fields.texts(name, 1, 256);
  const auto path = fields.optional_text("path");
  if (path.empty() || !plain.images.empty() || !plain.videos.empty()) return;
  const auto kind = lower(fields.text("data_type"));
  (kind == "image" ? plain.images : plain.videos).push_back(path);
  if (const auto other = fields.optional_text("additional_path"); !other.empty())
    plain.images.push_back(other);
}

void add_row(const AnnotationFields& fields, int64_t index, const ConversionRequest& request,
             Conversion& conversion) {
  const auto& type = type_of(fields);
  if (type.task == nullptr) {
    conversion.odd.passed_over(concat("a question of ", type.name),
                               concat(fields.place(), ": a question of ", type.name));
    return;
  }
  const auto* number = fields.find("problem_id");
  PlainQuestion plain{
      .native_id = number != nullptr ? fields.text("problem_id") : std::to_string(index),
      .question = take_placeholders(fields.text("problem")).text,
      .answer = fields.require(fields.find("solution") ? "solution" : "answer", "text"),
      .problem_type = type.problem_type,
      .groups = {{"problem_type", type.name}},
      .bench = "onethinker"};
  if (std::string_view(type.task) == "mcq") plain.options = fields.options("options");
  add_media(fields, plain);
  if (const auto source = fields.optional_text("data_source"); !source.empty())
    plain.groups["data_source"] = source;
  auto of_task = request;
  of_task.task = type.task;
  conversion.add(record_of(std::move(plain), of_task, fields), fields.place());
}

}  // namespace

void convert_onethinker(const ConversionRequest& request, Conversion& conversion) {
  int64_t index = 0;
  for_each_item(
      request.annotations, "rows of OneThinker, such as onethinker_rl_train.json", conversion,
      [&](const AnnotationFields& fields) { add_row(fields, index++, request, conversion); });
}

}  // namespace vrlt::data
