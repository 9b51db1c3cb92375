#include "tftpd/trust/trust_list.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

namespace {

bool valid(ByteView file) {
    const auto list = TrustList::parse(file);
    return list && list->signer();
}

Bytes with_body(ByteView body) {
    return *sign_file(samples::alice(), {.file_name = "CTLFile.tlv", .time = samples::noon, .version_minor = 2}, body);
}

}  // namespace

TEST_GROUP(TrustList){};

TEST(TrustList, RecordsComeOutAsTheyWentIn) {
    const auto file = samples::list_sample(samples::alice(), samples::bob());
    const auto list = TrustList::parse(file);
    CHECK(ok(list));
    CHECK(is_trust_list(list->header));
    CHECK(list->header.version == Version(1, 2));
    CHECK(list->header.signer_version == Version(1, 1));
    CHECK_EQUAL(3U, list->records.size());
    const auto& last = list->records[2];
    CHECK(last.role == Role::tvs);
    CHECK_EQUAL(std::string("tvs.example.com"), last.host);
    CHECK_EQUAL(std::string("CN=bob;O=Example"), last.subject);
    CHECK(last.serial == samples::bob().certificate().serial);
    CHECK(last.certificate == samples::bob().certificate().der);
    CHECK(PublicKey::parse(last.public_key)->bytes() == samples::bob().certificate().key.bytes());
    CHECK_EQUAL(10, (*last.address)[3]);
    CHECK_EQUAL(0U, *list->signer());
}

TEST(TrustList, EveryFlippedCutAndAddedByteIsNoticed) {
    auto file = samples::list_sample(samples::alice(), samples::bob());
    for (std::size_t i = 0; i < file.size(); ++i) {
        const auto at = file.begin() + static_cast<std::ptrdiff_t>(i);
        for (const unsigned bit : {0U, 3U, 7U}) {
            file[i] = static_cast<std::uint8_t>(file[i] ^ (1U << bit));
            CHECK_TEXT(!valid(file), ("flipped " + std::to_string(i)).c_str());
            file[i] = static_cast<std::uint8_t>(file[i] ^ (1U << bit));
        }
        const auto byte = *at;
        file.erase(at);
        CHECK_TEXT(!valid(file), ("cut " + std::to_string(i)).c_str());
        file.insert(file.begin() + static_cast<std::ptrdiff_t>(i), byte);
        file.insert(file.begin() + static_cast<std::ptrdiff_t>(i), 13);
        CHECK_TEXT(!valid(file), ("added " + std::to_string(i)).c_str());
        file.erase(file.begin() + static_cast<std::ptrdiff_t>(i));
    }
    CHECK(valid(file));
}

TEST(TrustList, ARecordOfRoleAndAddressOnlyIsRead) {
    // What a cluster writes for CCM+TFTP when it is set back to non-secure: 33 bytes.
    const Bytes record =
        samples::bytes({"\x01\x00\x02\x00\x21\x02\x00\x0d"
                        "198.51.100.1\x00\x04\x00\x02\x00\x02\x0a\x00\x04\xc6\x33\x64\x01",
                        33});
    const auto file = with_body(record);
    const auto list = TrustList::parse(file);
    CHECK(ok(list));
    CHECK_EQUAL(1U, list->records.size());
    CHECK(list->records[0].role == Role::ccm_tftp);
    CHECK(list->records[0].certificate.empty());
    CHECK(!ok(list->signer()));
}

TEST(TrustList, ASignerThatIsNotInTheListIsSaid) {
    const auto file = with_body(samples::record(samples::bob().certificate(), Role::sast, "192.0.2.1"));
    const auto list = TrustList::parse(file);
    CHECK(ok(list));
    CHECK_EQUAL(std::string("the signer is not in the list"), list->signer().error().text);
}

TEST(TrustList, OnlyASastMaySignAList) {
    const auto& certificate = samples::alice().certificate();
    const auto file = with_body(samples::record(certificate, Role::ccm_tftp, "192.0.2.1"));
    const auto list = TrustList::parse(file);
    CHECK(ok(list));
    CHECK_EQUAL(std::string("the signer is in the list, but not with the role SAST, which alone may sign lists"),
                list->signer().error().text);
    auto body = samples::record(certificate, Role::ccm_tftp, "192.0.2.1");
    const auto sast = samples::record(certificate, Role::sast, "192.0.2.1");
    body.insert(body.end(), sast.begin(), sast.end());
    const auto both = with_body(body);
    CHECK_EQUAL(1U, *TrustList::parse(both)->signer());
}

TEST(TrustList, HostileRecordsAreRefused) {
    const auto good = samples::record(samples::alice().certificate(), Role::sast, "192.0.2.1");
    CHECK(ok(TrustList::parse(with_body(good))));
    for (const unsigned size : {0U, 4U, 5U, 0xffffU}) {
        auto record = good;
        write_u16(record, 3, static_cast<std::uint16_t>(size));
        CHECK(!ok(TrustList::parse(with_body(record))));
    }
    auto twice = good;
    twice.insert(twice.end(), {4, 0, 2, 0, 0});
    write_u16(twice, 3, static_cast<std::uint16_t>(twice.size()));
    CHECK(!ok(TrustList::parse(with_body(twice))));
    auto unknown = good;
    unknown.insert(unknown.end(), {13, 0, 0});
    write_u16(unknown, 3, static_cast<std::uint16_t>(unknown.size()));
    CHECK(!ok(TrustList::parse(with_body(unknown))));
    CHECK(!ok(TrustList::parse(with_body(samples::bytes({"\x01\x00\x02\x00\x05", 5})))));
}

TEST(TrustList, TooManyRecordsAreRefused) {
    const Bytes record = samples::bytes({"\x01\x00\x02\x00\x0a\x04\x00\x02\x00\x00", 10});
    Bytes body;
    for (std::size_t i = 0; i < TrustList::max_records; ++i) {
        body.insert(body.end(), record.begin(), record.end());
    }
    CHECK(ok(TrustList::parse(with_body(body))));
    body.insert(body.end(), record.begin(), record.end());
    CHECK(!ok(TrustList::parse(with_body(body))));
}

TEST(TrustList, RolesHaveTheirNames) {
    for (const auto& [number, name] : std::vector<std::pair<unsigned, std::string>>{
             {0, "SAST"}, {1, "CCM"}, {2, "CCM+TFTP"}, {3, "TFTP"}, {4, "CAPF"}, {7, "APP-SERVER"}, {21, "TVS"}, {9, "9"}}) {
        CHECK_EQUAL(name, role_name(static_cast<Role>(number)));
    }
}
