#include "tftpd/store/directory_index.h"

#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

/// What opening says: 0, or errno.
int opened(int (*how)(int, const std::string&, int), int root, const std::string& path) {
    errno = 0;
    const int fd = how(root, path, O_RDONLY | O_NOFOLLOW);
    const int error = fd < 0 ? errno : 0;
    if (fd >= 0) {
        ::close(fd);
    }
    return error;
}

}  // namespace

TEST_GROUP(DirectoryIndex){};

TEST(DirectoryIndex, BothWaysOfOpeningRefuseTheSame) {
    const test::Scratch root;
    std::filesystem::create_directories(root / "inside/deep");
    std::ofstream(root / "inside/deep/file") << "x";
    std::filesystem::create_symlink("/etc/passwd", root / "link");
    std::filesystem::create_directory_symlink("/etc", root / "inside/out");
    std::filesystem::create_directory_symlink("deep", root / "inside/round");
    const int fd = ::open(root.path().c_str(), O_PATH | O_DIRECTORY);
    for (const auto how : {open_beneath, walk_beneath}) {
        LONGS_EQUAL(0, opened(how, fd, "inside/deep/file"));
        LONGS_EQUAL(ENOENT, opened(how, fd, "inside/deep/none"));
        LONGS_EQUAL(ENOTDIR, opened(how, fd, "inside/deep/file/none"));
        LONGS_EQUAL(ELOOP, opened(how, fd, "link"));
        for (const char* never :
             {"inside/out/passwd", "inside/round/file", "../etc/passwd", "inside/../../etc/passwd", "/etc/passwd"}) {
            CHECK(opened(how, fd, never) != 0);
        }
    }
    ::close(fd);
}
