// libFuzzer's way in; BRANCHLINE_FUZZ_TARGET names the target.
#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    branchline::fuzz::BRANCHLINE_FUZZ_TARGET(branchline::ByteView(data, size));
    return 0;
}
