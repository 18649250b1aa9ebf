// How sure it is that all next hops of a branch point are found.
#pragma once

#include <cstdint>

namespace etr::model {

/// Probability that, if there were one next hop more than the `next_hops` seen and all carried
/// equal shares, all would have been seen after `samples` flows: 1 - sum (-1)^(i+1) C(K,i) (1 -
/// i/K)^n over i = 1..K, with K = next_hops + 1. scamper's tables of the MDA's stopping rule are
/// this at 0.95 and 0.99.
double branch_confidence(std::uint32_t next_hops, std::uint32_t samples);

/// The largest share that a next hop not seen yet may carry, whatever the shares of the others: it
/// escapes `samples` flows with probability 5 %.
double hidden_share(std::uint32_t samples);

}  // namespace etr::model
