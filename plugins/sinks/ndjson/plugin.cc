#include "ndjson_sink.h"

ETR_PLUGIN(NdjsonSink);
