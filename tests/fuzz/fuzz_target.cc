// One fuzzer of libFuzzer; ETR_FUZZ_CHECK names the check it runs.
#include "fuzz/checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  etr::fuzz::ETR_FUZZ_CHECK({data, size});
  return 0;
}
