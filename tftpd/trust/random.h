// Random numbers for keys, serial numbers and connections: the kernel's, through mbedTLS's generator.
#pragma once

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>

namespace branchline::trust {

class Random {
public:
    /// At a machine's first start this waits until the kernel has enough of its own.
    Random() {
        mbedtls_entropy_init(&entropy_);
        mbedtls_ctr_drbg_init(&generator_);
        seeded_ = mbedtls_ctr_drbg_seed(&generator_, mbedtls_entropy_func, &entropy_, nullptr, 0) == 0;
    }
    ~Random() {
        mbedtls_ctr_drbg_free(&generator_);
        mbedtls_entropy_free(&entropy_);
    }
    Random(const Random&) = delete;
    Random& operator=(const Random&) = delete;

    [[nodiscard]] bool seeded() const { return seeded_; }
    /// For mbedtls_ctr_drbg_random; any thread.
    mbedtls_ctr_drbg_context* get() { return &generator_; }

private:
    mbedtls_entropy_context entropy_{};
    mbedtls_ctr_drbg_context generator_{};
    bool seeded_ = false;
};

}  // namespace branchline::trust
