#pragma once

#include <map>
#include <string>
#include <vector>

#include "vrlt/evaluation/results.h"
#include "vrlt/evaluation/sample_score.h"

namespace vrlt::evaluation {

/// Metrics in the order of first mention.
using Metrics = std::vector<std::pair<std::string, double>>;

/// The mean of each metric over the scores that have it.
Metrics mean_of(const std::vector<SampleScore>& scores);

/// A response as the authors of the sample's prompt read it: what all ways of scoring are given.
std::string scored_text(const data::Sample& sample, const Response& response,
                        const Scoring& scoring);

/// The strict score of a response.
SampleScore strict_score(const data::Sample& sample, const Response& response,
                         const Scoring& scoring);

/// Whether it has the blocks that the sample's prompt asks for, and nothing else; an answer block
/// where no prompt is known.
bool has_asked_format(const data::Sample& sample, const Response& response, const Scoring& scoring);

std::map<std::string, const Answer*> by_id(const std::vector<Answer>& answers);

}  // namespace vrlt::evaluation
