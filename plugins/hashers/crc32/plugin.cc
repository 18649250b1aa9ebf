#include "crc32_hasher.h"

ETR_PLUGIN(etr::plugins::Crc32Hasher);
