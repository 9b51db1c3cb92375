#include "support.h"

#include "tftpd/config/included_text.h"
#include "tftpd/config/json_text.h"

#include <sys/stat.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

std::string read(const std::string& path) {
    std::string text;
    const std::string error = error_of([&] { text = read_json_file(path)->str(); });
    return error.empty() ? text : error;
}

// A file of exactly `size` bytes that is a configuration: a map and a comment.
std::string filled(std::size_t size) {
    return "{}#" + std::string(size - 3, 'x');
}

}  // namespace

TEST_GROUP(IncludedText) {
    Scratch scratch;

    std::string main_file(const std::string& text) const {
        return scratch.write("main.conf", text);
    }
};

TEST(IncludedText, AnIncludedFileStandsInPlaceOfTheDirective) {
    scratch.write("value", "{\"b\": 1}\n");
    scratch.write("part", "\"x\": 1, // note\n\"y\": 2");
    scratch.write("empty", "");
    STRCMP_EQUAL("{ \"a\": { \"b\": 1 } }", read(main_file("{\"a\": <?include \"value\"?>}")).c_str());
    STRCMP_EQUAL("{ \"x\": 1, \"y\": 2, \"z\": 3 }", read(main_file("{<?include \"part\"?>, \"z\": 3}")).c_str());
    STRCMP_EQUAL("{  }", read(main_file("{<? include\n\t\"empty\"\n?>}")).c_str());
    STRCMP_EQUAL("{ \"a\": 1 }", read(main_file("{\"a\":<?include\"empty\"?>1}")).c_str());
}

TEST(IncludedText, PlacesCountInTheFileThatTheyAreIn) {
    scratch.write("part", "\n \"x\": 1, \"y\": z");
    CHECK(begins(read(main_file("{<?include \"part\"?>}")), (scratch / "part").string() + ":2:15: the word \"z\""));
    scratch.write("part", "\n \"x\": 1,");
    const auto document = read_json_file(main_file("{<?include \"part\"?> \"y\": 2}"));
    STRCMP_EQUAL(((scratch / "part").string() + ":2:7").c_str(), document->get("x")->getPosition().str().c_str());
    STRCMP_EQUAL(((scratch / "main.conf").string() + ":1:26").c_str(), document->get("y")->getPosition().str().c_str());
}

TEST(IncludedText, TokensAndCommentsDoNotCrossTheEndOfAFile) {
    scratch.write("open", "1 /* x");
    CHECK(begins(read(main_file("{\"a\": <?include \"open\"?> */ }")),
                 (scratch / "open").string() + ":1:3: this comment is not closed"));
    scratch.write("digit", "2");
    CHECK(begins(read(main_file("{\"a\": 1<?include \"digit\"?>}")), (scratch / "digit").string() + ":1:1: expected ','"));
}

TEST(IncludedText, ARelativePathCountsFromTheIncludingFile) {
    scratch.write("sub/outer", "<?include \"inner\"?>");
    scratch.write("sub/inner", "7");
    STRCMP_EQUAL("{ \"a\": 7 }", read(main_file("{\"a\": <?include \"sub/outer\"?>}")).c_str());
    STRCMP_EQUAL("{ \"a\": 7 }", read(main_file("{\"a\": <?include \"" + (scratch / "sub/inner").string() + "\"?>}")).c_str());
}

TEST(IncludedText, AMissingFileIsReportedAtTheDirective) {
    CHECK(begins(read(main_file("{\n <?include \"nope\"?>}")),
                 (scratch / "main.conf").string() + ":2:2: the included file \"nope\" cannot be opened"));
}

TEST(IncludedText, OnlyRegularFilesAreRead) {
    ::mkfifo((scratch / "fifo").c_str(), 0600);
    std::filesystem::create_directory(scratch / "dir");
    for (const std::string name : {"fifo", "dir", "/dev/zero"}) {
        CHECK_TEXT(has(read(main_file("{<?include \"" + name + "\"?>}")), "not a regular file"), name.c_str());
    }
    CHECK(has(read("/dev/zero"), "/dev/zero:1:1: this file is not a regular file"));
}

TEST(IncludedText, AFileThatIncludesItselfIsRefused) {
    CHECK(has(read(main_file("{<?include \"main.conf\"?>}")), ":1:2: the included file"));
    CHECK(has(read(main_file("{<?include \"main.conf\"?>}")), "includes itself"));
    scratch.write("ping", "<?include \"pong\"?>");
    scratch.write("pong", "<?include \"./ping\"?>");
    CHECK(has(read(main_file("{<?include \"ping\"?>}")), "includes itself"));
    std::filesystem::create_symlink("main.conf", scratch / "alias");
    CHECK(has(read(main_file("{<?include \"alias\"?>}")), "includes itself"));
}

TEST(IncludedText, AFileMayBeIncludedTwiceOneAfterTheOther) {
    scratch.write("one", "1");
    STRCMP_EQUAL("{ \"a\": [ 1, 1 ] }", read(main_file("{\"a\": [<?include \"one\"?>, <?include \"one\"?>]}")).c_str());
}

TEST(IncludedText, EightFilesDeepIsReadAndNineRefused) {
    scratch.write("f1", "1");
    for (int i = 2; i <= 9; ++i) {
        scratch.write("f" + std::to_string(i), "<?include \"f" + std::to_string(i - 1) + "\"?>");
    }
    STRCMP_EQUAL("{ \"a\": 1 }", read(main_file("{\"a\": <?include \"f8\"?>}")).c_str());
    CHECK(begins(read(main_file("{\"a\": <?include \"f9\"?>}")),
                 (scratch / "f2").string() + ":1:1: files are included more than 8 deep"));
}

TEST(IncludedText, OneMebibyteIsReadAndAByteMoreRefused) {
    STRCMP_EQUAL("{  }", read(main_file(filled(maximum_configuration_size))).c_str());
    CHECK(has(read(main_file(filled(maximum_configuration_size + 1))), "main.conf:1:1: this is more than 1 MiB"));
    STRCMP_EQUAL("", error_of([] { read_json_text(filled(maximum_configuration_size), "t"); }).c_str());
    CHECK(has(error_of([] { read_json_text(filled(maximum_configuration_size + 1), "t"); }), "t:1:1: this is more than 1 MiB"));
}

TEST(IncludedText, IncludedFilesCountTowardsTheMebibyteEachTime) {
    scratch.write("half", std::string(maximum_configuration_size / 2, ' '));
    STRCMP_EQUAL("{  }", read(main_file("{<?include \"half\"?>}")).c_str());
    CHECK(has(read(main_file("{<?include \"half\"?><?include \"half\"?>}")), "main.conf:1:20: this is more than 1 MiB"));
}
