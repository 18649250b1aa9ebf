// How certain it is that all next hops of a branch point have been seen.
//
// The stopping rule of the MDA (Augustin et al., E2EMON 2007; Veitch et al., INFOCOM 2009) gives
// the number of flows that a confidence needs; here the number of flows gives the confidence.
#pragma once

#include <cstdint>

namespace etr::model {

/// Probability that `samples` flows would have seen one more next hop than the `next_hops` seen, if
/// there were one and all carried equal shares, 0..1. With K = next_hops + 1 it is 1 - sum
/// (-1)^(i+1) C(K,i) (1 - i/K)^n over i = 1..K (coupon collector). At 0.95 and 0.99 it gives the
/// tables of scamper.
double branch_confidence(std::uint32_t next_hops, std::uint32_t samples);

/// The largest share that an unseen next hop may carry, 0..1, whatever the shares of the others:
/// with this share it is missed by all `samples` flows with probability 5 %. 1 without samples.
double hidden_share(std::uint32_t samples);

}  // namespace etr::model
