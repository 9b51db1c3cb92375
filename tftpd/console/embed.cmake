# Writes OUT, the C++ source behind assets.h, from every file below FOLDER (cmake -D FOLDER=… -D OUT=… -P embed.cmake).
file(GLOB_RECURSE files RELATIVE "${FOLDER}" "${FOLDER}/*.html" "${FOLDER}/*.css" "${FOLDER}/*.js" "${FOLDER}/*.svg")
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")
set(arrays "")
set(table "")
set(number 0)
foreach(file IN LISTS files)
    file(READ "${FOLDER}/${file}" bytes HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(REGEX REPLACE ".*\\.([a-z]+)$" "\\1" ending "${file}")
    if(file STREQUAL "index.html")
        set(path "/")
    else()
        set(path "/${file}")
    endif()
    string(APPEND arrays "constexpr unsigned char file${number}[] = {${bytes}0};\n")
    string(APPEND table "    Asset{\"${path}\", \"${type_${ending}}\", text(file${number}, sizeof file${number} - 1)},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUT}.new" "// Made by tftpd/console/embed.cmake.
#include \"tftpd/console/assets.h\"

#include <array>

namespace branchline {
namespace {

${arrays}
std::string_view text(const unsigned char* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::span<const Asset> console_assets() {
    static const auto all = std::to_array<Asset>({
${table}    });
    return all;
}

}  // namespace branchline
")
file(COPY_FILE "${OUT}.new" "${OUT}" ONLY_IF_DIFFERENT)
file(TOUCH "${OUT}")
