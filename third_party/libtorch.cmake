# LibTorch from the unpacked pip wheel, as imported targets. find_package(Torch) is not used: it demands a CUDA toolkit
# for this wheel and edits global flags.
set(VRLT_TORCH_VERSION 2.11.0 CACHE INTERNAL "The release of LibTorch that the programs are built against")
if(NOT LIBTORCH_ROOT)
  execute_process(COMMAND bash ${CMAKE_SOURCE_DIR}/scripts/bootstrap.sh --print-prefix
                  OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(LIBTORCH_ROOT ${prefix}/torch CACHE PATH "The torch folder of the unpacked wheel")
endif()
set(version_header ${LIBTORCH_ROOT}/include/torch/headeronly/version.h)
if(NOT EXISTS ${version_header})
  message(FATAL_ERROR "LibTorch ${VRLT_TORCH_VERSION} not found in ${LIBTORCH_ROOT}: run scripts/bootstrap.sh, or pass -DLIBTORCH_ROOT=")
endif()
file(STRINGS ${version_header} numbers REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
list(TRANSFORM numbers REPLACE ".* ([0-9]+).*" "\\1")
list(JOIN numbers "." found_version)
if(NOT found_version VERSION_EQUAL VRLT_TORCH_VERSION)
  message(FATAL_ERROR "LibTorch ${VRLT_TORCH_VERSION} is needed, ${LIBTORCH_ROOT} holds ${found_version}")
endif()

# --no-as-needed keeps torch first among each executable's own libraries: without it Debian's reference BLAS, which OpenCV
# pulls in, can be found before the MKL inside libtorch_cpu and every matmul runs 35 times slower.
add_library(vrlt_torch INTERFACE)
add_library(vrlt::torch ALIAS vrlt_torch)
target_include_directories(vrlt_torch SYSTEM INTERFACE ${LIBTORCH_ROOT}/include ${LIBTORCH_ROOT}/include/torch/csrc/api/include)
target_compile_definitions(vrlt_torch INTERFACE AT_PER_OPERATOR_HEADERS USE_DISTRIBUTED USE_C10D_GLOO USE_RPC)
target_link_libraries(vrlt_torch INTERFACE
  "-Wl,--no-as-needed,${LIBTORCH_ROOT}/lib/libtorch_cpu.so,${LIBTORCH_ROOT}/lib/libc10.so,--as-needed" -Wl,--allow-shlib-undefined)
list(APPEND VRLT_BUILD_RPATH ${LIBTORCH_ROOT}/lib)
if(VRLT_CUDA)
  if(NOT EXISTS ${LIBTORCH_ROOT}/lib/libtorch_cuda.so)
    message(FATAL_ERROR "The CUDA libraries are missing in ${LIBTORCH_ROOT}: run scripts/bootstrap.sh --cuda")
  endif()
  cmake_path(SET nvidia NORMALIZE ${LIBTORCH_ROOT}/../nvidia)
  target_include_directories(vrlt_torch SYSTEM INTERFACE ${nvidia}/cu13/include ${nvidia}/nccl/include ${nvidia}/cudnn/include)
  target_compile_definitions(vrlt_torch INTERFACE USE_C10D_NCCL)
  target_link_libraries(vrlt_torch INTERFACE
    "-Wl,--no-as-needed,${LIBTORCH_ROOT}/lib/libtorch_cuda.so,${LIBTORCH_ROOT}/lib/libc10_cuda.so,--as-needed"
    ${nvidia}/cu13/lib/libcudart.so.13)  # what the headers of streams and graphs call inline
  list(APPEND VRLT_BUILD_RPATH ${nvidia}/cu13/lib)
endif()
