#include "tftpd/tvs/answers.h"

#include "tests/unit/scratch.h"
#include "tests/unit/trust/samples.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tvs;
using trust::Role;
using trust::Store;
using trust::samples::alice;
using trust::samples::bob;

TEST_GROUP(TvsAnswers) {
    test::Scratch scratch;
    trust::CertificateStores stores{scratch.path()};

    void import(Store store, const trust::samples::LocalSigner& who) {
        CHECK(static_cast<bool>(stores.import(store, "hq", who.certificate().der, trust::samples::noon)));
    }
    static Query query(const trust::samples::LocalSigner& who) {
        return {
            .session = 1, .device = {}, .subject = {}, .issuer = who.certificate().issuer, .serial = who.certificate().serial};
    }
    std::optional<Known> asked(const Query& query, const std::vector<Own>& own = {}) const {
        return look_up(query, *stores.snapshot(), own);
    }
};

TEST(TvsAnswers, ImportedSignersAreToldWithTheirRolesForADay) {
    import(Store::phone_sast, alice());
    const auto known = asked(query(alice()));
    CHECK(known.has_value());
    CHECK(known->certificate == alice().certificate().der);
    CHECK(known->roles == (std::vector<std::uint8_t>{0, 3}));
    LONGS_EQUAL(86400, known->lifetime.count());
    CHECK_FALSE(asked(query(bob())).has_value());
}

TEST(TvsAnswers, RolesOfAllPlacesComeTogether) {
    import(Store::callmanager, alice());
    import(Store::phone_sast, alice());
    import(Store::tvs, alice());
    import(Store::capf, bob());
    import(Store::phone_edge, bob());
    CHECK(asked(query(alice()))->roles == (std::vector<std::uint8_t>{0, 3, 21}));
    CHECK(asked(query(bob()))->roles == (std::vector<std::uint8_t>{4, 7}));
}

TEST(TvsAnswers, OurOwnAreKnownWithoutAnImport) {
    const std::vector<Own> own{{alice().certificate(), {Role::sast, Role::tftp}}, {bob().certificate(), {Role::tftp}}};
    CHECK(asked(query(alice()), own)->roles == (std::vector<std::uint8_t>{0, 3}));
    CHECK(asked(query(bob()), own)->roles == (std::vector<std::uint8_t>{3}));
}

TEST(TvsAnswers, IssuerAndSerialNumberBothCount) {
    import(Store::phone_sast, alice());
    auto other = query(alice());
    other.issuer = bob().certificate().issuer;
    CHECK_FALSE(asked(other).has_value());
    other = query(alice());
    other.serial.back() ^= 1;
    CHECK_FALSE(asked(other).has_value());
    other = query(alice());
    other.serial.insert(other.serial.begin(), 0);  // as DER writes a large one
    CHECK(asked(other).has_value());
}
