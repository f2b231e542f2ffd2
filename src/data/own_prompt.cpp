#include "vrlt/data/own_prompt.h"

#include <map>
#include <mutex>
#include <vector>

#include "data/prompts/task_prompts.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

struct OwnPromptFile {
  std::string system, question, answer = "think";
};

void visit_fields(config::FieldVisitor& v, OwnPromptFile& c) {
  v.field({.name = "system", .help = "the system's text; empty: that of the chat template"},
          c.system);
  v.field({.name = "question",
           .help = "the user's text after the video, with {question}, {options}, {subtitles}",
           .required = true},
          c.question);
  v.field(
      {.name = "answer",
       .help = "what the text asks for: think and answer in their tags, the answer in its tags, "
               "or the answer alone",
       .choices = {"think", "tags", "plain"}},
      c.answer);
}

enum class Piece { kText, kQuestion, kOptions, kSubtitles };

constexpr std::pair<const char*, Piece> kPlaceholders[] = {
    {"question", Piece::kQuestion}, {"options", Piece::kOptions}, {"subtitles", Piece::kSubtitles}};

/// A text with placeholders, taken apart.
using Pieces = std::vector<std::pair<Piece, std::string>>;

struct OwnPrompt : PromptEntry {
  std::string own_name, own_system;
  Pieces pieces;
};

Piece find_placeholder(const std::string& name) {
  std::string known;
  for (const auto& [word, piece] : kPlaceholders) {
    if (name == word) return piece;
    known += concat(known.empty() ? "" : ", ", "{", word, "}");
  }
  throw ConfigError(concat("question holds {", name, "}, expected one of ", known,
                           "; a brace is written {{ or }}"));
}

Pieces pieces_of(const std::string& text) {
  Pieces pieces;
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      plain += c;
    } else if (i + 1 < text.size() && text[i + 1] == c) {
      plain += text[i++];
    } else {
      const auto end = c == '{' ? text.find_first_of("{}\n", i + 1) : std::string::npos;
      if (end == std::string::npos || text[end] != '}')
        throw ConfigError(concat("question holds a single ", c, "; a brace is written {{ or }}"));
      pieces.emplace_back(Piece::kText, std::move(plain));
      plain.clear();
      pieces.emplace_back(find_placeholder(text.substr(i + 1, end - i - 1)), "");
      i = end;
    }
  }
  pieces.emplace_back(Piece::kText, std::move(plain));
  return pieces;
}

bool has(const Pieces& pieces, Piece wanted) {
  for (const auto& [piece, text] : pieces)
    if (piece == wanted) return true;
  return false;
}

/// What is wrong with it, or "".
std::string problem_of(const OwnPromptFile& file) {
  try {
    if (has(pieces_of(file.question), Piece::kQuestion)) return {};
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "question holds no {question}: every sample would be asked the same";
}

OwnPromptFile read_file(const std::string& path) {
  OwnPromptFile file;
  config::load(
      path, {}, [&](config::FieldVisitor& visitor) { visit_fields(visitor, file); },
      [&](const config::KeyLocations& locations) -> std::vector<std::string> {
        const auto problem = problem_of(file);
        if (problem.empty()) return {};
        return {concat(locations.at("question"), ": ", problem)};
      });
  if (file.question.ends_with('\n')) file.question.pop_back();  // of a block of text
  if (file.system.ends_with('\n')) file.system.pop_back();
  return file;
}

void fill(OwnPrompt& prompt, const std::string& path, const OwnPromptFile& file) {
  prompt.own_name = path;
  prompt.own_system = file.system;
  prompt.pieces = pieces_of(file.question);
  prompt.name = prompt.own_name.c_str();
  prompt.help = "a prompt of yours";
  prompt.think = file.answer == "think";
  prompt.tags = file.answer == "plain" ? AnswerTags::kNone : AnswerTags::kAnswer;
  prompt.question = nullptr;
  prompt.answer = file.answer == "plain" ? prompts::answer_alone : prompts::answer_block;
  prompt.system = prompt.own_system.c_str();
  if (has(prompt.pieces, Piece::kSubtitles)) prompt.subtitles_lead = "";
}

/// Puts the options in. A line of its own goes where there are none.
void add_options(const Sample& sample, std::string_view behind, std::string& text) {
  const auto lines = option_lines(sample);
  for (size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "" : "\n") + lines[i];
  const bool alone = (text.empty() || text.back() == '\n') && (behind.empty() || behind[0] == '\n');
  if (lines.empty() && alone && !text.empty()) text.pop_back();
}

}  // namespace

bool names_own_prompt(const std::string& name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

const PromptEntry& own_prompt(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, OwnPrompt> prompts;  // the addresses of its values stay
  const std::lock_guard lock(mutex);
  if (const auto found = prompts.find(path); found != prompts.end()) return found->second;
  const auto file = read_file(path);
  auto& prompt = prompts[path];
  fill(prompt, path, file);
  return prompt;
}

bool is_own(const PromptEntry& prompt) { return prompt.question == nullptr; }

std::string render_own(const PromptEntry& prompt, const Sample& sample,
                       const std::string& subtitles) {
  VRLT_CHECK(is_own(prompt), prompt.name, " is a prompt of the table");
  const auto& pieces = static_cast<const OwnPrompt&>(prompt).pieces;
  std::string text;
  for (size_t i = 0; i < pieces.size(); ++i) switch (pieces[i].first) {
      case Piece::kText:
        text += pieces[i].second;
        break;
      case Piece::kQuestion:
        text += sample.question;
        break;
      case Piece::kOptions:
        add_options(sample, pieces[i + 1].second, text);  // a text stands behind every placeholder
        break;
      case Piece::kSubtitles:
        text += subtitles;
        break;
    }
  return text;
}

}  // namespace vrlt::data
