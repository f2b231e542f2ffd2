# Options common to every target of ours, and the two functions that declare a folder.

add_library(vrlt_options INTERFACE)
target_include_directories(vrlt_options INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(vrlt_options INTERFACE -Wall -Wextra -Wno-missing-field-initializers)
if(VRLT_WERROR)
  target_compile_options(vrlt_options INTERFACE -Werror)
endif()
if(VRLT_SANITIZE)
  target_compile_options(vrlt_options INTERFACE -fsanitize=${VRLT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(vrlt_options INTERFACE -fsanitize=${VRLT_SANITIZE})
endif()
if(VRLT_FUZZ)
  target_compile_options(vrlt_options INTERFACE -fno-sanitize-recover=all)  # what only prints is no finding
endif()
find_program(VRLT_LLD ld.lld)
if(VRLT_LLD)
  target_link_options(vrlt_options INTERFACE -fuse-ld=lld)
endif()

# One precompiled header for everything that includes torch: it halves the compile time of such a file.
function(vrlt_use_torch target)
  target_link_libraries(${target} PUBLIC vrlt::torch)
  # ccache needs -fpch-preprocess to look inside a precompiled header.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  if(NOT TARGET vrlt_pch)
    file(WRITE ${CMAKE_BINARY_DIR}/vrlt_pch.cpp "")
    add_library(vrlt_pch STATIC ${CMAKE_BINARY_DIR}/vrlt_pch.cpp)
    target_link_libraries(vrlt_pch PUBLIC vrlt_options vrlt::torch)
    target_compile_options(vrlt_pch PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    target_precompile_headers(vrlt_pch PRIVATE <ATen/ATen.h> <torch/csrc/autograd/custom_function.h> <torch/csrc/autograd/autograd.h>
                              <string> <vector> <map> <memory> <optional> <span> <filesystem> <nlohmann/json.hpp>)
  endif()
  target_precompile_headers(${target} REUSE_FROM vrlt_pch)
endfunction()

# Lets a target include the private headers of folders, those in src/<folder>, as "<folder>/x.h". An include path cannot name one folder of src,
# so each folder has a place of its own with one link in it: what is not opened here cannot be included.
function(vrlt_open_private target)
  foreach(folder IN LISTS ARGN)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/private/${folder})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${folder} ${CMAKE_BINARY_DIR}/private/${folder}/${folder} SYMBOLIC)
    target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/private/${folder})
  endforeach()
endfunction()

# vrlt_folder(<folder> [TORCH] [DEPS <targets>...] [PLAIN <files>...] [EXCLUDE <patterns>...]): the static library vrlt_<folder> from
# src/<folder>/**/*.cpp. PLAIN names files of a folder with TORCH that need none of it: they are the library vrlt_<folder>_plain, for
# programs that start without LibTorch.
function(vrlt_folder folder)
  cmake_parse_arguments(ARG "TORCH" "" "DEPS;EXCLUDE;PLAIN" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  foreach(pattern IN LISTS ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${pattern})
  endforeach()
  if(ARG_PLAIN)
    list(TRANSFORM ARG_PLAIN REPLACE "(.+)" "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/\\1.cpp")
    list(REMOVE_ITEM sources ${ARG_PLAIN})
    add_library(vrlt_${folder}_plain STATIC ${ARG_PLAIN})
    target_link_libraries(vrlt_${folder}_plain PUBLIC $<BUILD_INTERFACE:vrlt_options> vrlt_core)
    vrlt_open_private(vrlt_${folder}_plain ${folder})
    list(APPEND ARG_DEPS vrlt_${folder}_plain)
  endif()
  if(sources)
    add_library(vrlt_${folder} STATIC ${sources})
    # Not for the programs of others, which bring options of their own.
    target_link_libraries(vrlt_${folder} PUBLIC $<BUILD_INTERFACE:vrlt_options> ${ARG_DEPS})
    vrlt_open_private(vrlt_${folder} ${folder})
    if(ARG_TORCH)
      vrlt_use_torch(vrlt_${folder})
    endif()
  else()
    add_library(vrlt_${folder} INTERFACE)
    target_link_libraries(vrlt_${folder} INTERFACE vrlt_options ${ARG_DEPS})
    if(ARG_TORCH)
      target_link_libraries(vrlt_${folder} INTERFACE vrlt::torch)
    endif()
  endif()
endfunction()
