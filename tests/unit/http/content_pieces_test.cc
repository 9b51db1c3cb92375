#include "tftpd/http/content_pieces.h"
#include "tests/unit/store/hand_fed_content.h"

#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Step = ContentPieces::Step;

namespace {

ContentPtr memory(const std::string& text) {
    return std::make_shared<MemoryContent>(Bytes(text.begin(), text.end()));
}

std::string text_of(const ContentPieces& pieces) {
    return std::string(as_text(pieces.piece()));
}

}  // namespace

TEST_GROUP(ContentPieces){};

TEST(ContentPieces, AFileComesInPiecesAndEnds) {
    const std::string text(2500, 'x');
    ContentPieces pieces(memory(text), 1024);
    CHECK(pieces.next() == Step::piece);
    UNSIGNED_LONGS_EQUAL(2500, *pieces.size());
    UNSIGNED_LONGS_EQUAL(1024, pieces.piece().size());
    CHECK(pieces.next() == Step::piece);
    CHECK(pieces.next() == Step::piece);
    UNSIGNED_LONGS_EQUAL(452, pieces.piece().size());
    CHECK(pieces.next() == Step::end);
    UNSIGNED_LONGS_EQUAL(2500, pieces.given());
}

TEST(ContentPieces, AnEmptyFileEndsAtOnce) {
    ContentPieces pieces(memory(""), 1024);
    CHECK(pieces.next() == Step::end);
    UNSIGNED_LONGS_EQUAL(0, *pieces.size());
}

TEST(ContentPieces, AFileOfExactlyOnePieceIsOnePiece) {
    ContentPieces pieces(memory(std::string(1024, 'x')), 1024);
    CHECK(pieces.next() == Step::piece);
    CHECK(pieces.next() == Step::end);
}

TEST(ContentPieces, BytesAreGivenAsTheyArriveOnceTheyAreWorthIt) {
    const auto content = std::make_shared<HandFedContent>(5000);
    ContentPieces pieces(content, 4096);
    CHECK(pieces.next() == Step::wait);
    content->arrive(std::string(1023, 'a'));
    CHECK(pieces.next() == Step::wait);
    content->arrive("a");
    CHECK(pieces.next() == Step::piece);
    UNSIGNED_LONGS_EQUAL(1024, pieces.piece().size());
    CHECK(pieces.next() == Step::wait);
}

TEST(ContentPieces, TheLastByteWaitsForTheEnd) {
    const auto content = std::make_shared<HandFedContent>(3);
    ContentPieces pieces(content, 1024);
    content->arrive("abc");
    CHECK(pieces.next() == Step::wait);
    content->complete();
    CHECK(pieces.next() == Step::piece);
    CHECK_EQUAL(std::string("abc"), text_of(pieces));
    CHECK(pieces.next() == Step::end);
}

TEST(ContentPieces, TheLastByteIsNeverGivenIfTheEndIsBad) {
    const auto content = std::make_shared<HandFedContent>(3);
    ContentPieces pieces(content, 1024);
    content->arrive("abc");
    CHECK(pieces.next() == Step::wait);
    content->fail();
    CHECK(pieces.next() == Step::failed);
    UNSIGNED_LONGS_EQUAL(0, pieces.given());
}

TEST(ContentPieces, AContentShorterThanItSaidFails) {
    const auto content = std::make_shared<HandFedContent>(2000);
    ContentPieces pieces(content, 1024);
    content->arrive(std::string(1500, 'a'));
    CHECK(pieces.next() == Step::piece);
    content->complete();
    CHECK(pieces.next() == Step::failed);
}

TEST(ContentPieces, AContentLongerThanItSaidFails) {
    const auto content = std::make_shared<HandFedContent>(3);
    ContentPieces pieces(content, 1024);
    content->arrive("abcd");
    content->complete();
    CHECK(pieces.next() == Step::failed);
}

TEST(ContentPieces, AnEmptyContentThatIsStillArrivingWaits) {
    const auto content = std::make_shared<HandFedContent>(0);
    ContentPieces pieces(content, 1024);
    CHECK(pieces.next() == Step::wait);
    content->complete();
    CHECK(pieces.next() == Step::end);
}

TEST(ContentPieces, UnknownSizeEndsWhereTheContentEnds) {
    const auto content = std::make_shared<HandFedContent>();
    ContentPieces pieces(content, 1024);
    CHECK(pieces.next() == Step::wait);
    content->arrive(std::string(1024, 'a') + "tail");
    CHECK(pieces.next() == Step::piece);
    CHECK(!pieces.size());
    CHECK(pieces.next() == Step::wait);
    content->complete();
    CHECK(pieces.next() == Step::piece);
    CHECK_EQUAL(std::string("tail"), text_of(pieces));
    CHECK(pieces.next() == Step::end);
    UNSIGNED_LONGS_EQUAL(1028, pieces.given());
}

TEST(ContentPieces, UnknownSizeThatIsAWholeNumberOfPiecesEndsToo) {
    const auto content = std::make_shared<HandFedContent>();
    ContentPieces pieces(content, 1024);
    content->arrive(std::string(1024, 'a'));
    content->complete();
    CHECK(pieces.next() == Step::piece);
    CHECK(pieces.next() == Step::end);
    CHECK(pieces.next() == Step::end);
}

TEST(ContentPieces, UnknownSizeThatFailsIsNeverEnded) {
    const auto content = std::make_shared<HandFedContent>();
    ContentPieces pieces(content, 1024);
    content->arrive(std::string(1024, 'a'));
    CHECK(pieces.next() == Step::piece);
    content->fail();
    CHECK(pieces.next() == Step::failed);
    CHECK(pieces.next() == Step::failed);
}
