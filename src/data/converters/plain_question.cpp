#include "data/converters/plain_question.h"

#include <algorithm>

#include "data/converters/answer_text.h"
#include "data/converters/option_lines.h"
#include "data/converters/record_parts.h"
#include "vrlt/core/error.h"
#include "vrlt/data/sample.h"

namespace vrlt::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxOptions = 26;

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Whether a question asks for a time in so many words.
bool asks_when(const std::string& question) {
  const auto text = lower(question);
  const auto holds = [&](std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return text.find(word) != std::string::npos; });
  };
  return holds({"when", "time", "second", "moment", "segment", "interval"}) &&
         !holds({"how many", "how much", "number of"});
}

/// The only text in double quotes, of more than one word, in a question; or "".
std::string quoted_sentence(const std::string& question) {
  for (const auto& [open, close] : {std::pair<std::string, std::string>{"\"", "\""}, {"“", "”"}}) {
    const auto begin = question.find(open);
    if (begin == std::string::npos) continue;
    const auto inside = begin + open.size(), end = question.find(close, inside);
    if (end == std::string::npos || question.find(open, end + close.size()) != std::string::npos)
      continue;
    const auto sentence = std::string(without_blanks(question.substr(inside, end - inside)));
    if (sentence.find(' ') != std::string::npos) return sentence;
  }
  return {};
}

/// Makes one record.
class RecordMaker {
 public:
  RecordMaker(PlainQuestion plain, const ConversionRequest& request, const AnnotationFields& fields)
      : plain_(std::move(plain)), request_(request), fields_(fields) {}

  io::Json make() {
    read_answer();
    split_question();
    read_spans_of_answer();
    const auto task = request_.task.empty() ? told_task() : request_.task;
    const auto bench = plain_.bench.empty() ? bench_of(request_) : plain_.bench;
    record_ = make_record({.bench = bench,
                           .split = request_.split,
                           .native_id = plain_.native_id,
                           .task = task.c_str(),
                           .video = "",
                           .question = plain_.question,
                           .source = bench});
    add_media();
    add_times();
    if (raw_question_ != plain_.question) record_["query_raw"] = raw_question_;
    add_truth(*parse_task(task));
    if (!plain_.thinking.empty()) record_["thinking"] = plain_.thinking;
    if (!plain_.groups.empty()) record_["groups"] = plain_.groups;
    return std::move(record_);
  }

 private:
  [[noreturn]] void drop(const std::string& kind, const std::string& text) const {
    throw OddItemError(kind, concat(fields_.place(), ": ", text));
  }
  void repaired(const std::string& kind, const std::string& text) const {
    fields_.odd().repaired(kind, concat(fields_.place(), ": ", text));
  }

  /// Takes tags and thinking off the answer.
  void read_answer() {
    if (plain_.answer.is_string()) {
      auto said = unwrap_answer(plain_.answer.get_ref<const std::string&>());
      if (plain_.thinking.empty()) plain_.thinking = std::move(said.thinking);
      answer_ = std::move(said.answer);
    } else if (plain_.answer.is_boolean()) {
      answer_ = plain_.answer.get<bool>() ? "yes" : "no";
    } else if (plain_.answer.is_number()) {
      answer_ = plain_.answer.dump();
    }
    if (answer_.empty() && plain_.answer.is_string()) plain_.answer = nullptr;
  }

  void split_question() {
    raw_question_ = std::string(without_blanks(plain_.question));
    plain_.question = raw_question_;
    if (!plain_.options.empty()) {
      plain_.options = without_letters(plain_.options).texts;
      return;
    }
    auto asked = split_lettered_inside(raw_question_);
    plain_.question = asked.question;
    plain_.options = std::move(asked.options);
    if (!asked.behind.empty())
      repaired("a text behind the options, left out",
               concat("left out behind the options: ", io::excerpt(asked.behind)));
  }

  void read_spans_of_answer() {
    if (!plain_.segments.empty() || !plain_.options.empty() || plain_.videos.empty()) return;
    if (!request_.task.empty() && request_.task != "tvg" && request_.task != "rtl") return;
    auto spans = plain_.answer.is_string() ? spans_of_text(answer_) : spans_of_value(plain_.answer);
    const bool is_time = !request_.task.empty() || !plain_.answer.is_string() ||
                         is_surely_time(answer_) || asks_when(plain_.question);
    if (is_time) plain_.segments = std::move(spans);
  }

  std::string told_task() const {
    if (!plain_.options.empty()) return plain_.segments.empty() ? "mcq" : "gqa";
    if (!plain_.segments.empty()) return "tvg";
    const auto word =
        lower(answer_.ends_with('.') ? answer_.substr(0, answer_.size() - 1) : answer_);
    return word == "yes" || word == "no" ? "yes_no" : "open";
  }

  void add_media() {
    if (plain_.videos.size() > 1)
      drop("several videos", concat(plain_.videos.size(), " videos, expected one"));
    if (plain_.videos.empty())
      record_["video"] = nullptr;
    else
      record_["video"] = record_path(plain_.videos.front(), request_, fields_.place());
    if (!plain_.images.empty()) record_["images"] = io::Json::array();
    for (const auto& image : plain_.images)
      record_["images"].push_back(record_path(image, request_, fields_.place()));
    if (plain_.videos.empty() && plain_.images.empty())
      repaired("neither a video nor images, asked as text alone",
               "there is no video and there are no images in it");
  }

  void add_times() {
    if (plain_.clip_start) record_["clip_start"] = *plain_.clip_start;
    if (plain_.clip_end) record_["clip_end"] = *plain_.clip_end;
    if (plain_.duration) record_["duration"] = *plain_.duration;
  }

  /// Of an answer that is a number, where no option says that number: counted from 0.
  std::optional<int64_t> written_index() const {
    const bool is_index = !answer_.empty() && answer_.size() <= 2 &&
                          answer_.find_first_not_of("0123456789") == std::string::npos;
    if (!is_index || std::stoll(answer_) >= std::ssize(plain_.options)) return {};
    repaired("a number read as the index of an option, from 0",
             concat("the answer ", answer_, " was read as the index of an option, from 0"));
    return std::stoll(answer_);
  }

  void add_choice() {
    if (plain_.options.size() < 2 || plain_.options.size() > kMaxOptions)
      drop("no options", concat(plain_.options.size(), " options, expected 2 to ", kMaxOptions));
    auto index = option_index(answer_, plain_.options);
    if (!index) index = written_index();
    if (!index)
      drop("odd answer", concat("the answer ", io::excerpt(plain_.answer), " is none of the ",
                                plain_.options.size(), " options"));
    add_options(record_, plain_.options, *index);
  }

  void add_spans() {
    if (plain_.segments.empty())
      drop("odd answer", concat("the answer ", io::excerpt(plain_.answer),
                                " is no span of time, such as \"3.0 to 7.0\""));
    add_segments(record_, plain_.segments, fields_.place(), fields_.odd());
    if (!plain_.options.empty()) return;
    const auto sentence = quoted_sentence(plain_.question);
    if (sentence.empty()) return;
    record_["question"] = sentence;
    record_["query_raw"] = raw_question_;
    repaired("a sentence taken from its quotes",
             concat("the sentence in quotes is the question: ", io::excerpt(sentence)));
  }

  void add_word() {
    const auto word =
        lower(answer_.ends_with('.') ? answer_.substr(0, answer_.size() - 1) : answer_);
    if (word != "yes" && word != "no")
      drop("odd answer", concat("the answer ", io::excerpt(plain_.answer), " is not yes or no"));
    record_["answer"] = word;
  }

  void add_text() {
    if (answer_.empty())
      drop("odd answer", concat("the answer ", io::excerpt(plain_.answer), " is no text"));
    record_["answer"] = answer_;
    if (record_["task"] != "open") return;
    if (!plain_.problem_type.empty())
      record_["problem_type"] = plain_.problem_type;
    else if (is_number(answer_))
      record_["problem_type"] = "numerical";
  }

  void add_truth(Task task) {
    if (plain_.answer.is_null() && plain_.segments.empty())
      drop("no answer", "there is no answer, nothing to learn from or to score by");
    const bool grounded = task == Task::kGroundedQa;
    if (grounded || task == Task::kMultipleChoice || task == Task::kCaptionMatch) add_choice();
    if (grounded || task == Task::kTemporalGrounding || task == Task::kReasoningLocalization)
      add_spans();
    if (task == Task::kYesNo) add_word();
    if (task == Task::kOpen || task == Task::kCaption) add_text();
  }

  PlainQuestion plain_;
  const ConversionRequest& request_;
  const AnnotationFields& fields_;
  std::string answer_, raw_question_;
  io::Json record_;
};

/// `path` below `folder`, or nothing.
std::optional<std::string> below(const fs::path& path, const fs::path& folder) {
  if (folder.empty()) return {};
  const auto relative = path.lexically_relative(folder.lexically_normal());
  if (relative.empty() || *relative.begin() == ".." || relative == ".") return {};
  return relative.string();
}

}  // namespace

io::Json record_of(PlainQuestion plain, const ConversionRequest& request,
                   const AnnotationFields& fields) {
  return RecordMaker(std::move(plain), request, fields).make();
}

std::string record_path(const std::string& written, const ConversionRequest& request,
                        const std::string& place) {
  std::string text = written;
  if (text.starts_with("file://")) text.erase(0, std::string_view("file://").size());
  if (text.find("://") != std::string::npos || text.starts_with("data:"))
    throw OddItemError("no file", concat(place, ": ", io::excerpt(written),
                                         " is no file; fetch it, and write where it is"));
  const auto path = fs::path(text).lexically_normal();
  auto relative = below(path, request.path_prefix);
  if (!relative && path.is_absolute() && !request.data_root.empty())
    relative = below(path, fs::absolute(request.data_root));
  if (!relative && path.is_absolute())
    throw OddItemError("an absolute path",
                       concat(place, ": ", io::excerpt(written),
                              " is absolute; give what goes before the data root as "
                              "--path-prefix, such as ",
                              path.parent_path().string()));
  return in_folder(request.video_folder, relative.value_or(path.string()));
}

std::string bench_of(const ConversionRequest& request) {
  auto path = request.annotations;
  if (!path.has_filename()) path = path.parent_path();
  return path.stem().string();
}

void NumberedIds::add(io::Json record, const std::string& place, Conversion& conversion) {
  const auto id = record["id"].get<std::string>();
  const auto uses = ++uses_[id];
  if (uses > 1) {
    record["id"] = concat(id, "#", uses);
    conversion.odd.repaired("an id used before, now with a number",
                            concat(place, ": the id ", io::excerpt(id), " was used before; it is ",
                                   record["id"].get<std::string>(), " here"));
  }
  conversion.add(std::move(record), place);
}

}  // namespace vrlt::data
