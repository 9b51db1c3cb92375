// The characters of a configuration file and of the files that it includes, one after the other, each with its place. What an
// include looks like is json_text's business; here is what may be opened and how much: regular files only, at most 1 MiB in
// all, at most 8 deep, none within itself (Kea stops at about 10 deep and at nothing else).
#pragma once

#include "tftpd/config/config_error.h"

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace branchline {

/// Of a configuration with everything it includes, each time it is included. Bytes.
inline constexpr std::size_t maximum_configuration_size = std::size_t{1} << 20;
inline constexpr std::size_t maximum_include_depth = 8;  ///< files open within the first one

class IncludedText {
public:
    static constexpr int end = -1;

    /// Opens the first file. Throws ConfigError.
    explicit IncludedText(const std::string& path);
    /// The first file's text is here already; `name` stands for it in positions and for its directory.
    IncludedText(std::string text, std::string name);

    /// The byte at the reading place, `ahead` bytes further on; `end` at the end of the present file.
    [[nodiscard]] int peek(std::size_t ahead = 0) const;
    /// The bytes that follow are `word`.
    [[nodiscard]] bool starts_with(std::string_view word) const;
    /// Goes on by `bytes`, at most to the end of the present file.
    void advance(std::size_t bytes = 1);
    [[nodiscard]] Position here() const;

    /// Goes on in another file until leave(). A relative path counts from the directory of the including file; if nothing is
    /// there, from the working directory, as Kea does. `where` is the place of the directive. Throws ConfigError.
    void include(const std::string& path, const Position& where);
    /// Back to the including file, behind the directive. False in the first file.
    bool leave();

private:
    struct File {
        std::string name;
        std::string text;
        dev_t device = 0;  ///< with `inode`, to know a file that includes itself by whatever name
        ino_t inode = 0;
        std::size_t offset = 0;
        unsigned line = 1;
        unsigned column = 1;
    };
    void open(const std::string& path, const Position& where);

    std::vector<File> files_;
    std::size_t size_ = 0;  ///< bytes read so far, of all files
};

}  // namespace branchline
