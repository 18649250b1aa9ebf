// Writing records: paths of 10 hops through the sinks, to /dev/null, in batches of whole lines as
// in a run. Items are records.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "csv_sink.h"
#include "ndjson_sink.h"
#include "tests/support/sample_records.h"

namespace {

etr::Path path_of_ten_hops(bool ipv6) {
  etr::Path path = etr::test::sample_path();
  path.hops.clear();
  for (int ttl = 1; ttl <= 10; ++ttl) {
    const std::string source = (ipv6 ? "2001:db8:0:1::" : "198.51.100.") + std::to_string(ttl);
    path.hops.push_back(etr::test::answered_hop(static_cast<std::uint8_t>(ttl), source,
                                                etr::Duration(1'234'567 * ttl)));
    path.hops.back().name = "ae" + std::to_string(ttl) + ".core1.example.net";
  }
  return path;
}

template <class SinkType>
void write_records(benchmark::State& state) {
  typename SinkType::Options options;
  options.path = "/dev/null";
  SinkType sink(options);
  sink.open(etr::test::sample_run());
  etr::Path path = path_of_ten_hops(state.range(0) == 6);
  for ([[maybe_unused]] auto _ : state) {
    ++path.round;
    sink.write(path);
  }
  sink.flush();
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(write_records<NdjsonSink>)->Arg(4)->Arg(6)->ArgName("ip");
BENCHMARK(write_records<CsvSink>)->Arg(4)->Arg(6)->ArgName("ip");

}  // namespace
