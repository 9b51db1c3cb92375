# One set of compiler rules for every target: the language, warnings as errors, hardening, sanitizers, ccache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)

# Dev keeps assertions and light debug information; Sanitize is what the asan and tsan presets use.
set(CMAKE_CXX_FLAGS_DEV "-O2 -g1")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
# Release: the same bytes from a checkout at any path.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG -D_FORTIFY_SOURCE=3 -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fstack-protector-strong)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BRANCHLINE_VERSION="${PROJECT_VERSION}")
add_link_options(-Wl,-z,relro,-z,now -Wl,--as-needed)
include_directories("${CMAKE_CURRENT_SOURCE_DIR}")
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options(-Wno-sign-conversion)  # GCC's -Wconversion leaves it out
endif()

if(BRANCHLINE_SANITIZE)
    add_compile_options(-fsanitize=${BRANCHLINE_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${BRANCHLINE_SANITIZE})
    # GCC's bounds analysis reports what is not there when a sanitizer is on (GCC bug 105562 and its kin).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
    else()
        # clang's checks of types need the type information of Kea's libraries, which GCC built.
        add_compile_options(-fno-sanitize=vptr,function)
    endif()
    if(BRANCHLINE_SANITIZE MATCHES "thread")
        add_compile_options(-Wno-tsan)  # Asio's atomic_thread_fence, which ThreadSanitizer does not model
    endif()
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()
