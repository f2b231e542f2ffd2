#pragma once

#include <optional>
#include <string_view>

namespace vrlt::rewards {

/// A plain decimal, trimmed: a sign, digits with or without commas between thousands, a fraction,
/// then one unit (% or a word) or a full stop. No exponent, inf or nan.
std::optional<double> parse_decimal(std::string_view text);

/// How far off a number may be.
struct NumberTolerance {
  double absolute = 1e-6, relative = 1e-3;
};

/// |predicted - truth| within the larger tolerance.
bool is_close(double predicted, double truth, const NumberTolerance& tolerance);

/// 1 - min(1, relative error); 0 or 1 where the truth is 0, by the absolute tolerance.
double regression_score(double predicted, double truth, const NumberTolerance& tolerance);

/// Mean relative accuracy: the share of thresholds t = 0.50, 0.55 .. 0.95 with a relative error
/// strictly below 1 - t. Source: VSI-Bench.
double mean_relative_accuracy(double predicted, double truth, const NumberTolerance& tolerance);

// Of Video-R1 (59d65c3), on the texts.

/// Equal after rounding to two decimals, if both or neither have a point or comma. Takes 1e2 for
/// 100, and inf for inf.
bool equal_as_videor1(std::string_view predicted, std::string_view truth);

/// 1 - min(1, (error + 1e-9) / (|truth| + 1e-9)). Pays 1 for nan, as the source does: an exploit.
std::optional<double> regression_as_videor1(std::string_view predicted, std::string_view truth);

}  // namespace vrlt::rewards
