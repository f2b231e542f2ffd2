// The caption that fits (docs/spec/reading.md#captions).
#include <algorithm>
#include <set>

#include "reading/caption_labels.h"
#include "reading/keys.h"
#include "reading/labels.h"
#include "reading/lead_ins.h"

namespace vrlt::reading {
namespace {

/// What a text is that is one answer: a caption, a label, or a label with its caption.
Read<int64_t> read_one(View text, const Captions& captions) {
  if (const auto caption = captions.whole(text)) return *caption;
  const auto label = captions.label_at(text, skip_all(text, 0, U" \n\"'"));
  if (!label) return Reason::kNoOption;
  if (trim_all(text.substr(label->end), U" \n.,:;!\"'*").empty()) return captions.read(*label);
  if (!label->marked() || !label->of_kind) return Reason::kNoOption;
  const auto rest = text.substr(label->end);
  if (const auto other = captions.sentences().word_for_word(rest))
    return label->index < captions.size() && captions.sentences().are_equal(*other, label->index)
               ? Read<int64_t>(label->index)
               : Reason::kConflict;
  if (label->word && label->index < captions.size() && captions.says_why(rest)) return label->index;
  return Reason::kNoOption;
}

/// Whether a text whose first line names a caption also says another one.
bool is_contradicted(View text, const Captions& captions, int64_t caption) {
  const auto another = [&](const CaptionLabel& label) {
    return label.of_kind && label.index < captions.size() && label.index != caption;
  };
  const auto full = captions.in_full(text);
  if (std::any_of(full.begin(), full.end(), another)) return true;
  const auto announced = captions.announced(text);
  if (std::any_of(announced.begin(), announced.end(), another)) return true;
  const auto labels = captions.labels_with_word(text);
  return full.empty() && std::any_of(labels.begin(), labels.end(), another);
}

Read<int64_t> one_of(View text, const std::vector<CaptionLabel>& labels, const Captions& captions) {
  std::set<int64_t> named;
  bool negated = false;
  for (const auto& label : labels) {
    if (!label.of_kind) continue;
    named.insert(label.index);
    negated = negated || captions.is_negated(text, label);
  }
  if (named.size() > 1) return Reason::kAmbiguous;
  if (negated) return Reason::kNegated;
  if (named.empty()) return Reason::kNoOption;
  return *named.begin() < captions.size() ? Read<int64_t>(*named.begin())
                                          : Reason::kLetterOutOfRange;
}

Read<int64_t> read_line(View text, const Line& line, const Captions& captions) {
  const auto own = text.substr(line.begin, line.end - line.begin);
  for (const auto part : {own, without_lead_ins(own)})
    if (const auto read = read_one(part, captions); read.reason != Reason::kNoOption) return read;
  return Reason::kNoOption;
}

Read<int64_t> uncontradicted(View text, const Read<int64_t>& caption, const Captions& captions) {
  return caption && is_contradicted(text, captions, *caption) ? Read<int64_t>(Reason::kAmbiguous)
                                                              : caption;
}

Read<int64_t> read_words(View text, const Captions& captions) {
  const Line whole{0, text.size()};
  if (const auto read = read_line(text, whole, captions); read.reason != Reason::kNoOption)
    return read;
  if (const auto lines = lines_of(text); lines.size() > 1)
    if (const auto read = uncontradicted(text, read_line(text, lines.front(), captions), captions);
        read.reason != Reason::kNoOption)
      return read;
  if (const auto read = one_of(text, captions.in_full(text), captions);
      read.reason != Reason::kNoOption)
    return read;
  return one_of(text, captions.labels_with_word(text), captions);
}

/// By the first and the last line, which agree where both are read, then by captions in full.
Read<int64_t> read_long(View text, const Captions& captions) {
  const auto lines = lines_of(text);
  const auto first = read_line(text, lines.front(), captions),
             last = read_line(text, lines.back(), captions);
  if (first && last && !(first == last)) return Reason::kAmbiguous;
  if (const auto read = uncontradicted(text, first ? first : last, captions);
      read.reason != Reason::kNoOption)
    return read;
  return one_of(text, captions.in_full(text), captions);
}

}  // namespace

Read<int64_t> read_caption(const Response& response, const std::vector<std::string>& captions,
                           const std::string& first_label) {
  const Captions known(captions, first_label);
  const auto read = [&](View text) {
    return read_labelled<int64_t>(text, kOptionKey,
                                  [&](View words) { return read_words(words, known); });
  };
  const auto read_long_text = [&](View text) { return read_long(text, known); };
  return read_zone(find_zones(response).answer,
                   Reader<int64_t, decltype(read), decltype(read_long_text)>{read, read_long_text});
}

}  // namespace vrlt::reading
