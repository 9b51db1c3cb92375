# ISC Kea has neither a pkg-config file nor a CMake package: its headers, libraries and message compiler are found here.
find_path(KEA_INCLUDE_DIR kea_version.h PATH_SUFFIXES kea REQUIRED)
find_program(KEA_MSG_COMPILER kea-msg-compiler REQUIRED)
file(STRINGS "${KEA_INCLUDE_DIR}/config.h" kea_version_line REGEX "#define PACKAGE_VERSION ")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" KEA_VERSION "${kea_version_line}")
message(STATUS "Kea ${KEA_VERSION}; a hook library loads only into exactly this version")

foreach(part dhcpsrv process stats cfgclient dhcp++ hooks cc asiolink log util exceptions)
    find_library(KEA_LIBRARY_${part} "kea-${part}" REQUIRED)
    add_library(Kea::${part} UNKNOWN IMPORTED)
    set_target_properties(Kea::${part} PROPERTIES IMPORTED_LOCATION "${KEA_LIBRARY_${part}}"
        INTERFACE_INCLUDE_DIRECTORIES "${KEA_INCLUDE_DIR}")
endforeach()

# What a command makes waits for what it is made from alone, not for the libraries that its target is linked with: else nothing
# could be looked at before almost everything is built.
set(CMAKE_ADD_CUSTOM_COMMAND_DEPENDS_EXPLICIT_ONLY ON)

# Compiles MESSAGES.mes beside the target's sources into a message catalogue: "MESSAGES.h" and its .cc in the build tree. They repeat the
# name that the compiler was given, which must not tell one checkout from another, or no compiler cache finds what they are in.
function(branchline_messages target messages)
    set(out "${CMAKE_CURRENT_BINARY_DIR}")
    add_custom_command(OUTPUT "${out}/${messages}.h" "${out}/${messages}.cc"
        COMMAND "${KEA_MSG_COMPILER}" -d "${out}" "${messages}.mes"
        DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${messages}.mes" WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" VERBATIM)
    target_sources(${target} PRIVATE "${out}/${messages}.cc" "${out}/${messages}.h")
    set_source_files_properties("${out}/${messages}.cc" PROPERTIES COMPILE_OPTIONS "-w")
    target_include_directories(${target} PRIVATE "${out}")
    target_link_libraries(${target} PUBLIC Kea::log)
endfunction()
