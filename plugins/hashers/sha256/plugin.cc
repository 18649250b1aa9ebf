#include "sha256_hasher.h"

ETR_PLUGIN(etr::plugins::Sha256Hasher);
