#include "tcp_syn_prober.h"

ETR_PLUGIN(etr::plugins::TcpSynProber);
