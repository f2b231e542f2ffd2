#include "rewards/number_scores.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>

#include "vrlt/reading/peers/text_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

/// Takes digits off the front, commas between groups of three left out.
std::string take_whole_part(std::string_view& text) {
  size_t length = digits_at(text, 0);
  std::string digits(text.substr(0, length));
  if (length >= 1 && length <= 3)
    while (text.substr(length).starts_with(',') && digits_at(text, length + 1) == 3) {
      digits += text.substr(length + 1, 3);
      length += 4;
    }
  text.remove_prefix(length);
  return digits;
}

/// Whether the text is nothing, a percent sign or one word, perhaps with a full stop.
bool is_unit(std::string_view text) {
  text = trim(text);
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text == "%") return true;
  for (const char c : text)
    if (!is_letter(c) && static_cast<unsigned char>(c) < 0x80) return false;
  return true;
}

/// Python's round(value, 2): to the nearest decimal of the exact binary value.
double two_decimals(double value) {
  char text[400];  // the largest double has 309 digits
  std::snprintf(text, sizeof text, "%.2f", value);
  return std::isfinite(value) ? std::strtod(text, nullptr) : value;
}

std::optional<double> python_float_without_commas(std::string_view text) {
  std::string plain(text);
  std::erase(plain, ',');
  return python_float(plain);
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
  text = trim(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  auto number = take_whole_part(text);
  if (number.empty()) return {};
  if (text.starts_with('.')) {
    const size_t fraction = digits_at(text, 1);
    if (fraction > 0) {
      number += text.substr(0, 1 + fraction);
      text.remove_prefix(1 + fraction);
    }
  }
  if (!is_unit(text)) return {};
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value,
                                      std::chars_format::fixed);
  if (result.ec != std::errc() || !std::isfinite(value)) return {};
  return negative ? -value : value;
}

bool is_close(double predicted, double truth, const NumberTolerance& tolerance) {
  return std::abs(predicted - truth) <=
         std::max(tolerance.absolute, tolerance.relative * std::abs(truth));
}

double regression_score(double predicted, double truth, const NumberTolerance& tolerance) {
  constexpr double kZero = 1e-6;
  if (std::abs(truth) < kZero) return std::abs(predicted - truth) <= tolerance.absolute ? 1.0 : 0.0;
  return 1.0 - std::min(1.0, std::abs(predicted - truth) / std::abs(truth));
}

double mean_relative_accuracy(double predicted, double truth, const NumberTolerance& tolerance) {
  constexpr int kThresholds = 10;
  // an error of exactly 1 - t is not below it, whatever binary makes of the two
  constexpr double kSlack = 1e-9;
  if (truth == 0.0) return std::abs(predicted) <= tolerance.absolute ? 1.0 : 0.0;
  const double error = std::abs(predicted - truth) / std::abs(truth);
  int below = 0;
  for (int i = 0; i < kThresholds; ++i) below += error < 0.5 - 0.05 * i - kSlack;
  return static_cast<double>(below) / kThresholds;
}

bool equal_as_videor1(std::string_view predicted, std::string_view truth) {
  const auto has_mark = [](std::string_view text) {
    return text.find_first_of(".,") != std::string_view::npos;
  };
  if (has_mark(predicted) != has_mark(truth)) return false;
  const auto p = python_float_without_commas(predicted), g = python_float_without_commas(truth);
  return p && g && two_decimals(*p) == two_decimals(*g);
}

std::optional<double> regression_as_videor1(std::string_view predicted, std::string_view truth) {
  const auto p = python_float_without_commas(predicted), g = python_float_without_commas(truth);
  if (!p || !g) return {};
  const double error = (std::abs(*p - *g) + 1e-9) / (std::abs(*g) + 1e-9);
  return std::isnan(error) ? 1.0 : 1.0 - std::min(1.0, error);
}

}  // namespace vrlt::rewards
