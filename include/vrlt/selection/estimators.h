#pragma once

#include <cstdint>

namespace vrlt::selection {

/// What `correct` right answers out of `draws` say about the success probability p of a sample, and
/// about further draws.
struct Successes {
  int64_t draws = 0;    ///< K
  int64_t correct = 0;  ///< c, from 0 to K.
};

/// Beta(alpha, beta), what is believed about p before the draws; 1, 1: any p is as likely.
struct BetaPrior {
  double alpha = 1.0, beta = 1.0;
};

/// 1 - C(K-c, k) / C(K, k): the chance that one of k responses is right. Source: arXiv:2107.03374.
/// @throws ContractError unless 1 <= k <= K.
double pass_at_k(const Successes& seen, int64_t k);

/// E[p(1-p)] after the draws: large where answers differ, and never 0, for few draws prove little.
double posterior_variance(const Successes& seen, const BetaPrior& prior = {});

/// Standard deviation of p(1-p) after the draws: how sure posterior_variance is.
double posterior_variance_error(const Successes& seen, const BetaPrior& prior = {});

/// The chance that `group_size` further answers are all right, and that they are all wrong.
double all_right_probability(const Successes& seen, int64_t group_size,
                             const BetaPrior& prior = {});
double all_wrong_probability(const Successes& seen, int64_t group_size,
                             const BetaPrior& prior = {});

/// p_inf(G): the chance that a group has right and wrong answers, and so a signal.
double mixed_probability(const Successes& seen, int64_t group_size, const BetaPrior& prior = {});

/// p^K + (1-p)^K: how often K draws hide that a sample of success probability p is mixed.
double looks_all_same_probability(double p, int64_t draws);

/// The largest sample variance (K-1) that K rewards in [0, 1] can have; half of them are 1. Source:
/// arXiv:2509.19803.
double largest_variance(int64_t draws);

/// sqrt((mu4 - sigma^4 (K-3)/(K-1)) / K): standard deviation of the sample variance of K draws from
/// a distribution with these central moments. @param draws  at least 2.
double variance_error(double variance, double fourth_moment, int64_t draws);

}  // namespace vrlt::selection
