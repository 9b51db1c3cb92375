#include "tftpd/tftp/netascii.h"

#include <algorithm>
#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;

namespace {

class TextSource final : public BlockSource {
public:
    explicit TextSource(std::string text) : text_(std::move(text)), available_(text_.size()) {}
    void set_available(std::size_t bytes) { available_ = bytes; }
    void fail() { failed_ = true; }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return text_.size(); }
    [[nodiscard]] BlockRead read(std::uint64_t offset, ByteSpan into) const override {
        if (failed_) {
            return {BlockRead::State::failed, 0};
        }
        const auto begin = std::min<std::size_t>(static_cast<std::size_t>(offset), text_.size());
        const auto end = std::min(begin + into.size(), text_.size());
        if (end > available_) {
            return {BlockRead::State::pending, 0};
        }
        std::copy(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.begin() + static_cast<std::ptrdiff_t>(end),
                  into.begin());
        return {BlockRead::State::ok, end - begin};
    }

private:
    std::string text_;
    std::size_t available_;
    bool failed_ = false;
};

std::string plainly(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\r\n";
        } else if (c == '\r') {
            out += std::string("\r\0", 2);
        } else {
            out += c;
        }
    }
    return out;
}

std::string read_at(const BlockSource& source, std::uint64_t offset, std::size_t size) {
    Bytes room(size);
    const auto result = source.read(offset, room);
    CHECK(result.state == BlockRead::State::ok);
    return std::string(as_text(ByteView(room).first(result.bytes)));
}

std::string in_blocks(const BlockSource& source, std::size_t block) {
    std::string all;
    for (;;) {
        const auto part = read_at(source, all.size(), block);
        all += part;
        if (part.size() < block) {
            return all;
        }
    }
}

/// Some 40 kB with line ends of all kinds, also next to each other.
std::string text_with_line_ends() {
    std::string text;
    for (int i = 0; i < 3000; ++i) {
        text += std::string(static_cast<std::size_t>(i % 23), static_cast<char>('a' + i % 26));
        text += i % 3 == 0 ? "\n" : i % 3 == 1 ? "\r" : "\r\n";
    }
    return text;
}

}  // namespace

TEST_GROUP(Netascii){};

TEST(Netascii, LineFeedsAndCarriageReturnsAreWrittenInTwoBytes) {
    const auto source = as_netascii(std::make_shared<TextSource>("a\nb\rc\r\n"));
    CHECK(in_blocks(*source, 512) == std::string("a\r\nb\r\0c\r\0\r\n", 11));
}

TEST(Netascii, TheSizeIsNotKnown) {
    CHECK_FALSE(as_netascii(std::make_shared<TextSource>("a"))->size().has_value());
}

TEST(Netascii, AnEmptyFileStaysEmpty) {
    CHECK(in_blocks(*as_netascii(std::make_shared<TextSource>("")), 512).empty());
}

TEST(Netascii, PairsMaySplitAtAnyBlockBorder) {
    const auto text = text_with_line_ends();
    for (const std::size_t block : {1u, 2u, 3u, 8u, 511u, 512u, 1428u, 65464u}) {
        CHECK(in_blocks(*as_netascii(std::make_shared<TextSource>(text)), block) == plainly(text));
    }
}

TEST(Netascii, AFileOfLineFeedsOnlyDoubles) {
    const std::string text(1000, '\n');
    CHECK(in_blocks(*as_netascii(std::make_shared<TextSource>(text)), 500) == plainly(text));
}

TEST(Netascii, ReadsMayGoBack) {
    const auto text = text_with_line_ends();
    const auto encoded = plainly(text);
    const auto source = as_netascii(std::make_shared<TextSource>(text));
    CHECK(in_blocks(*source, 512) == encoded);
    for (std::size_t offset = 0; offset < encoded.size(); offset += 997) {
        CHECK(read_at(*source, encoded.size() - offset, 600) == encoded.substr(encoded.size() - offset, 600));
        CHECK(read_at(*source, offset, 600) == encoded.substr(offset, 600));
    }
}

TEST(Netascii, ReadsFarBackStartOverAndAreRight) {
    std::string text;
    while (text.size() < 600000) {
        text += "line of a long file\n";
    }
    const auto encoded = plainly(text);
    const auto source = as_netascii(std::make_shared<TextSource>(text));
    CHECK(in_blocks(*source, 1428) == encoded);
    CHECK(read_at(*source, 70001, 512) == encoded.substr(70001, 512));
    CHECK(read_at(*source, encoded.size() - 65536, 512) == encoded.substr(encoded.size() - 65536, 512));
}

TEST(Netascii, BytesThatHaveNotArrivedArePendingAndNothingIsLost) {
    const auto text = text_with_line_ends();
    const auto plain = std::make_shared<TextSource>(text);
    const auto source = as_netascii(plain);
    std::string all;
    for (std::size_t available = 0;;) {
        plain->set_available(available);
        Bytes room(512);
        const auto result = source->read(all.size(), room);
        if (result.state == BlockRead::State::pending) {
            available = std::min(available + 37, text.size());
            continue;
        }
        all += as_text(ByteView(room).first(result.bytes));
        if (result.bytes < room.size()) {
            break;
        }
    }
    CHECK(all == plainly(text));
}

TEST(Netascii, AReadDoesNotWaitForMoreThanItNeeds) {
    const auto plain = std::make_shared<TextSource>(std::string(256, '\n') + std::string(256, 'x'));
    plain->set_available(256);
    CHECK(read_at(*as_netascii(plain), 0, 512) == plainly(std::string(256, '\n')));
}

TEST(Netascii, AFailedSourceFails) {
    const auto plain = std::make_shared<TextSource>("abc");
    plain->fail();
    Bytes room(8);
    CHECK(as_netascii(plain)->read(0, room).state == BlockRead::State::failed);
}
