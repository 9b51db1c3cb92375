#include "tftpd/resolve/list_answers.h"

#include "tests/unit/store/support.h"
#include "tests/unit/trust/samples.h"
#include "tftpd/phones/lease_table.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using branchline::test::name_of;
using branchline::test::text_of;
using trust::ListKind;

TEST_GROUP(ListAnswers) {
    test::Scratch scratch;
    LeaseTable leases;
    trust::OwnLists own{scratch / "lists"};
    ListAnswers lists{&own, leases};
    FileStore files{scratch / "files"};
    Config config;

    void setup() override {
        config.clusters.resize(1);
        const auto& alice = trust::samples::alice();
        const auto list =
            trust::build_list(alice, {.kind = ListKind::itl,
                                      .entries = {{.role = trust::Role::sast, .certificate = alice.certificate(), .host = ""}},
                                      .time = trust::samples::noon});
        CHECK(static_cast<bool>(own.replace(ListKind::itl, *list)));
    }
    bool answers(const std::string& name, const char* from = "192.0.2.50") {
        return lists.answer(name_of(name), boost::asio::ip::make_address(from), files, config) != nullptr;
    }
};

TEST(ListAnswers, WithoutClustersEveryPhoneIsOurs) {
    config.clusters.clear();
    for (const char* name : {"ITLFile.tlv", "itlfile.tlv", "ITLSEP001122334455.tlv"}) {
        CHECK_TEXT(answers(name), name);
    }
    for (const char* name : {"CTLFile.tlv", "CTLSEP001122334455.tlv", "ext_ITLSEP001122334455.tlv", "x/ITLFile.tlv",
                             "ITLSEP.tlv", "SEP001122334455.cnf.xml"}) {
        CHECK_TEXT(!answers(name), name);  // no CTL is in force, and the others are no lists
    }
    const auto content = lists.answer(name_of("ITLFile.tlv"), {}, files, config);
    CHECK(text_of(*content) == as_text(*own.file(ListKind::itl)));
}

TEST(ListAnswers, WithClustersAPhoneIsOursIfItsConfigurationIsAnOwnFile) {
    CHECK(!answers("ITLSEP001122334455.tlv"));
    scratch.write("files/SEP001122334455.cnf.xml", "<device/>");
    CHECK(answers("ITLSEP001122334455.tlv"));
    CHECK(!answers("ITLSEP001122334456.tlv"));
}

TEST(ListAnswers, ANameWithoutAMacGoesByTheAskersLease) {
    scratch.write("files/SEP001122334455.cnf.xml", "<device/>");
    CHECK(!answers("ITLFile.tlv"));
    api::LeaseEvent event;
    event.kind = api::LeaseEvent::Kind::committed;
    event.family = 4;
    event.mac = mac_from_digits("001122334455");
    event.address = "192.0.2.50";
    event.lifetime = 3600;
    leases.update(event, Clock::now());
    CHECK(answers("ITLFile.tlv"));
    CHECK(!answers("ITLFile.tlv", "192.0.2.51"));
}
