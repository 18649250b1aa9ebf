#include "udp_length_prober.h"

ETR_PLUGIN(etr::plugins::UdpLengthProber);
