#include "data/converters/mmvu.h"

#include "data/converters/annotation_files.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "data/json_fields.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

struct Area {
  const char* name;
  std::vector<const char*> subjects;
};

const Area kAreas[] = {
    {"Science",
     {"Astronomy", "Biology", "Chemistry", "Electromagnetism", "Geography", "Materials_Science",
      "Mechanics", "Modern_Physics", "Neurobiology", "Thermodynamics"}},
    {"Engineering",
     {"Biomedical_Engineering", "Civil_Engineering", "Computer_Science", "Electrical_Engineering",
      "Electronics_and_Communication", "Mechanical_Engineering"}},
    {"Healthcare",
     {"Basic_Medicine", "Clinical_Medicine", "Dentistry", "Pharmacy", "Preventive_Medicine"}},
    {"Humanities_and_Social_Science",
     {"Art", "Economics", "History", "Law", "Literature", "Management"}},
};

/// Empty for a subject that is not in the table.
std::string area_of(const std::string& subject) {
  for (const auto& area : kAreas)
    for (const auto* known : area.subjects)
      if (subject == known) return area.name;
  return "";
}

/// The choices that are there, in the order of their letters, and which of them has the letter of
/// the answer (-1: none).
struct Choices {
  std::vector<std::string> texts;
  int64_t answer = -1;
};

/// Which of the choices an answer means, by its letter or text, in any known spelling; -1: none.
int64_t chosen(const std::string& answer, const std::string& letters,
               const std::vector<std::string>& texts, const AnnotationFields& fields) {
  if (answer.empty()) return -1;
  if (const auto place = letters.find(answer); answer.size() == 1 && place != std::string::npos)
    return static_cast<int64_t>(place);
  constexpr size_t kLetters = 26;
  // letters of the alphabet, of which the item may leave some out
  std::vector<std::string> by_letter(kLetters);
  for (size_t i = 0; i < letters.size(); ++i)
    by_letter[static_cast<size_t>(letters[i] - 'A')] = texts[i];
  const auto index = option_index(answer, by_letter);
  const auto place = index ? letters.find(static_cast<char>('A' + *index)) : std::string::npos;
  if (place == std::string::npos) return -1;
  fields.odd().repaired("another spelling of an answer",
                        concat(fields.place(), ": the answer ", io::excerpt(answer),
                               " was read as ", letters[place]));
  return static_cast<int64_t>(place);
}

Choices read_choices(const AnnotationFields& fields) {
  const auto& value = fields.require("choices", "an object of letters and texts");
  if (!value.is_object()) fields.fail("choices", "an object of letters and texts");
  const AnnotationFields choices(value, fields.place() + ": choices", fields.odd());
  const auto answer = fields.optional_text("answer");
  Choices result;
  std::string letters;
  for (char letter = 'A'; letter <= 'Z'; ++letter) {
    const std::string name(1, letter);
    const auto text = choices.optional_text(name.c_str());
    if (text.empty()) continue;
    letters += letter;
    result.texts.push_back(text);
  }
  result.answer = chosen(answer, letters, result.texts, fields);
  return result;
}

void add_item(const AnnotationFields& fields, const ConversionRequest& request,
              Conversion& conversion) {
  const auto id = fields.text("id");
  if (const auto type = fields.text("question_type"); type != "multiple-choice") {
    conversion.odd.passed_over("a question without choices",
                               concat(fields.place(), ": ", io::excerpt(id), " is ", type));
    return;
  }
  const auto choices = read_choices(fields);
  const auto answer = fields.optional_text("answer");
  if (choices.texts.size() < 2 || (choices.answer < 0 && !answer.empty()))
    throw OddItemError("odd choices",
                       concat(fields.place(), ": ", io::excerpt(id), " has the answer ",
                              io::excerpt(answer), " and ", choices.texts.size(), " choices"));
  const std::filesystem::path video =
      fields.find("video_path") != nullptr ? fields.text("video_path") : fields.text("video");
  const auto subject = video.parent_path().filename().string();
  auto record = make_record(
      {.bench = "mmvu_mc",
       .split = request.split,
       .native_id = id,
       .task = "mcq",
       .video = in_folder(request.video_folder.empty() ? "videos" : request.video_folder,
                          in_folder(subject, video.filename().string())),
       .question = fields.text("question"),
       .source = "mmvu"});
  add_options(record, choices.texts, answer.empty() ? io::Json(nullptr) : io::Json(choices.answer));
  if (!answer.empty()) record["answer_raw"] = answer;
  record["groups"]["subject"] = subject;
  if (const auto area = area_of(subject); !area.empty()) record["groups"]["area"] = area;
  record["native"] = {{"id", id}};
  conversion.add(std::move(record), fields.place());
}

}  // namespace

void convert_mmvu(const ConversionRequest& request, Conversion& conversion) {
  for_each_item(request.annotations, "the validation set of MMVU as a JSON list or JSON Lines",
                conversion,
                [&](const AnnotationFields& fields) { add_item(fields, request, conversion); });
}

}  // namespace vrlt::data
