// What objects and lists say of time spans (docs/spec/reading.md#spans-of-a-text).
#include <algorithm>
#include <cmath>
#include <tuple>

#include "reading/keys.h"
#include "reading/span_text.h"

namespace vrlt::reading {
namespace {

/// A scalar as a time: a time, or a string that is nothing but one.
struct Scalar {
  Time time;
  Reason reason = Reason::kOk;  ///< Why it is none.
  bool is_time() const { return reason == Reason::kOk; }
};

Scalar scalar_of(const Value& value) {
  if (value.kind == Value::Kind::kTime) {
    if (value.time.unit == Unit::kPlain && !std::isfinite(value.time.seconds))
      return {value.time, Reason::kNotFinite};
    return {value.time, value.time.bad == Reason::kBadNumber ? Reason::kBadJsonValue : Reason::kOk};
  }
  if (value.is_not_finite_word()) return {{}, Reason::kNotFinite};
  if (value.kind != Value::Kind::kString) return {{}, Reason::kBadJsonValue};
  const auto text = trim(value.text);
  const size_t sign = skip_all(text, 0, U"+-");
  for (const View word : {View(U"nan"), View(U"inf"), View(U"infinity")})
    if (lower(text.substr(std::min(sign, text.size()))) == word) return {{}, Reason::kNotFinite};
  const auto tokens = time_tokens(text);
  const bool dot = tokens.size() == 2 && tokens[1].kind == TokenKind::kStop;
  if (tokens.empty() || tokens[0].kind != TokenKind::kTime || (tokens.size() != 1 && !dot))
    return {{}, Reason::kBadJsonValue};
  return {tokens[0].time,
          tokens[0].time.bad == Reason::kBadNumber ? Reason::kBadJsonValue : Reason::kOk};
}

/// @param whole  the structure they stand in.
Finding pair_of(const Scalar& start, const Scalar& end, const Value& whole) {
  Finding finding;
  if (start.is_time() && end.is_time())
    finding = range_of(start.time, end.time);
  else
    finding.reason = start.is_time() ? end.reason : start.reason;
  finding.begin = whole.begin;
  finding.end = whole.end;
  return finding;
}

bool is_same(const Scalar& a, const Scalar& b) {
  const auto key = [](const Scalar& s) {
    return std::tuple(s.reason, s.time.seconds, s.time.unit, s.time.bad, s.time.too_large,
                      s.time.negative);
  };
  return key(a) == key(b);
}

/// The different values of the keys of a class; more than there may be spans are as bad as all.
std::vector<Scalar> different_values(const Value& object, unsigned key_class) {
  std::vector<Scalar> values;
  for (const auto& [classes, member] : object.members) {
    if ((classes & key_class) == 0 || values.size() > kMostSpans) continue;
    const auto value = scalar_of(single(member));
    if (std::none_of(values.begin(), values.end(),
                     [&](const Scalar& known) { return is_same(known, value); }))
      values.push_back(value);
  }
  return values;
}

Finding refusal(const Value& value, Reason reason, bool in_list = false) {
  return {.begin = value.begin, .end = value.end, .span = {}, .reason = reason, .in_list = in_list};
}

/// What the text of a string states, at the place of the string.
std::vector<Finding> findings_of_text(const Value& string) {
  auto findings = find_spans(string.text).findings;
  for (auto& finding : findings) {
    finding.begin = string.begin;
    finding.end = string.end;
  }
  return findings;
}

class Walk {
 public:
  explicit Walk(View text) : text_(text) {}

  std::vector<Finding> findings;

  /// @return whether the object names a span.
  bool object(const Value& value) {
    const auto starts = different_values(value, kStartKey), ends = different_values(value, kEndKey);
    for (const auto& start : starts)
      for (const auto& end : ends) findings.push_back(pair_of(start, end, value));
    bool named = !starts.empty() && !ends.empty();
    for (const auto& [classes, member] : value.members) {
      if ((classes & kSpanKey) == 0 &&
          ((classes & kListSpanKey) == 0 || member.kind != Value::Kind::kList))
        continue;
      named = span_value(member) || named;
    }
    if (!named) findings.push_back(refusal(value, Reason::kMissingKey));
    return named;
  }

  /// @return false where the list is plain text.
  bool list(const Value& value, bool inner) {
    const auto& items = value.items;
    if (items.empty()) {
      if (inner) findings.push_back(refusal(value, Reason::kBadPair, true));
      return true;
    }
    if (strings_with_ranges(items)) return true;
    if (items.size() == 2 && items[0].is_scalar() && items[1].is_scalar()) return pair(value);
    if (std::none_of(items.begin(), items.end(),
                     [](const Value& item) { return item.is_scalar(); })) {
      nested(items);
      return true;
    }
    const bool times = std::any_of(items.begin(), items.end(), [](const Value& item) {
      return item.is_scalar() && scalar_of(item).is_time();
    });
    if (!times || (text_[value.begin] != '[' && !inner)) return false;
    findings.push_back(refusal(value, Reason::kBadPair, inner));
    return true;
  }

 private:
  bool span_value(const Value& value) {
    if (value.kind == Value::Kind::kObject) return object(value);
    if (value.kind == Value::Kind::kList) return list(value, false);
    if (value.kind != Value::Kind::kString) return false;
    auto found = findings_of_text(value);
    findings.insert(findings.end(), found.begin(), found.end());
    return !found.empty();
  }

  bool strings_with_ranges(const std::vector<Value>& items) {
    std::vector<Finding> all;
    for (const auto& item : items) {
      if (item.kind != Value::Kind::kString) return false;
      auto found = findings_of_text(item);
      if (found.empty()) return false;
      all.insert(all.end(), found.begin(), found.end());
    }
    findings.insert(findings.end(), all.begin(), all.end());
    return true;
  }

  bool pair(const Value& value) {
    if (!scalar_of(value.items[0]).is_time() && !scalar_of(value.items[1]).is_time()) return false;
    findings.push_back(pair_of(scalar_of(value.items[0]), scalar_of(value.items[1]), value));
    return true;
  }

  void nested(const std::vector<Value>& items) {
    for (const auto& item : items) {
      if (item.kind == Value::Kind::kObject)
        object(item);
      else
        list(item, true);
    }
  }

  View text_;
};

}  // namespace

StructureSpans spans_of_structure(const Value& value, View text) {
  Walk walk(text);
  StructureSpans spans;
  if (value.kind == Value::Kind::kObject)
    walk.object(value);
  else
    spans.plain_text = !walk.list(value, false);
  if (!spans.plain_text) spans.findings = std::move(walk.findings);
  return spans;
}

}  // namespace vrlt::reading
