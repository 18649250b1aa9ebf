#include "csv_sink.h"

ETR_PLUGIN(CsvSink);
