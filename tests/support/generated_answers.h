#pragma once

#include <random>
#include <string>
#include <vector>

namespace vrlt::test {

/// Text in the grammar of answers, right and wrong: letters, option texts, spans, numbers, objects,
/// hedges, negations, markup, in blocks or free, with thinking or without.
class AnswerGenerator {
 public:
  explicit AnswerGenerator(uint64_t seed) : random_(seed) {}

  std::string operator()() {
    auto text = answer();
    for (uint64_t extra = pick(4); extra > 2; --extra) text += one_of(kJoints) + answer();
    return wrapped(marked(text));
  }

 private:
  uint64_t pick(uint64_t count) { return random_() % count; }
  std::string one_of(const std::vector<std::string>& pieces) { return pieces[pick(pieces.size())]; }

  std::string number() {
    static const std::vector<std::string> kOdd = {".5",
                                                  "3.",
                                                  "1e1",
                                                  "1,200",
                                                  "12,5",
                                                  "00:12",
                                                  "1:75",
                                                  "2nd",
                                                  "-3",
                                                  "\xE2\x88\x92"
                                                  "4",
                                                  "nan",
                                                  "99999999999999999999",
                                                  "1_0"};
    return pick(6) == 0 ? one_of(kOdd) : std::to_string(pick(20)) + (pick(3) == 0 ? ".5" : "");
  }
  std::string time() {
    return number() + one_of({"", "", "", " s", "s", " seconds", " min", " frames"});
  }
  std::string span() {
    switch (pick(6)) {
      case 0:
        return "[" + number() + ", " + number() + "]";
      case 1:
        return "{\"start_time\": " + number() + ", \"end_time\": \"" + time() + "\"}";
      case 2:
        return "starts at " + time() + " and ends at " + time();
      default:
        return one_of({"", "from ", "between "}) + time() +
               one_of({" to ", " - ", "-", " and ", " -> ", "~", ", ", " until "}) + time();
    }
  }
  std::string letter() {
    return std::string(1,
                       static_cast<char>((pick(3) == 0 ? 'a' : 'A') + static_cast<char>(pick(5))));
  }
  std::string option() {
    static const std::vector<std::string> kTexts = {"a red ball", "a blue box", "both",
                                                    "The man runs.", "The man walks."};
    switch (pick(7)) {
      case 0:
        return "(" + letter() + ")";
      case 1:
        return letter() + one_of({". ", ") ", ": ", " "}) + one_of(kTexts);
      case 2:
        return one_of(kTexts);
      case 3:
        return "{\"" + one_of({"answer", "option", "choice", "label", "reply"}) + "\": \"" +
               letter() + "\"}";
      case 4:
        return one_of({"Sentence ", "Option ", "Caption "}) + one_of({"A", "B", "1", "2", "C"});
      default:
        return letter();
    }
  }
  std::string answer() {
    static const std::vector<std::string> kLeads = {"",
                                                    "",
                                                    "",
                                                    "The answer is ",
                                                    "Answer: ",
                                                    "So, the correct option is ",
                                                    "not ",
                                                    "I think ",
                                                    "Final answer: ",
                                                    "It is "};
    static const std::vector<std::string> kTails = {
        "", "", "", ".", "!", " because it moves", " is wrong", " or C", ", not A", "?"};
    static const std::vector<std::string> kWords = {
        "yes", "no", "Yes, he does", "seven", "There are 7 balls", "no idea", "neither"};
    const auto kind = pick(8);
    const auto body = kind < 3    ? option()
                      : kind < 5  ? span()
                      : kind == 5 ? option() + one_of({", ", ": ", " "}) + span()
                      : kind == 6 ? number()
                                  : one_of(kWords);
    return one_of(kLeads) + body + one_of(kTails);
  }
  std::string marked(const std::string& text) {
    switch (pick(12)) {
      case 0:
        return "**" + text + "**";
      case 1:
        return "\\boxed{" + text + "}";
      case 2:
        return "```\n" + text + "\n```";
      case 3:
        return "- " + text;
      case 4:
        return "\"" + text + "\"";
      default:
        return text;
    }
  }
  std::string wrapped(const std::string& text) {
    static const std::vector<std::string> kThinking = {"",
                                                       "",
                                                       "<think>He looks.</think>",
                                                       "<think>maybe A, 1 to 2",
                                                       "He looks.</think>",
                                                       "<THINK>x</THINK>"};
    static const std::vector<std::string> kBehind = {
        "", "", "", "<glue>[(2, 15)]</glue>", "</s>", " and more", "<answer>B</answer>"};
    switch (pick(8)) {
      case 0:
        return text;
      case 1:
        return one_of(kThinking) + text;
      case 2:
        return one_of(kThinking) + "<answer>" + text;
      case 3:
        return one_of(kThinking) + "<Answer>" + text + "</ANSWER>" + one_of(kBehind);
      default:
        return one_of(kThinking) + "<answer>" + text + "</answer>" + one_of(kBehind);
    }
  }

  static inline const std::vector<std::string> kJoints = {" ", ", ", "\n", " and ", " or ", ". "};
  std::mt19937_64 random_;
};

}  // namespace vrlt::test
