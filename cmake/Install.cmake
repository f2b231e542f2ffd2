# cmake --install: programs, LibTorch's libraries beside them, configs, scripts, documents and the licence. Every path in it is relative to where it lies, so
# the folder can be moved. Libraries of the distribution are found where its packages put them; scripts/package.sh copies those too.
include(GNUInstallDirs)
set(carried lib/vrlt)  # LibTorch in the layout of its wheel, by which its libraries find each other

get_property(programs GLOBAL PROPERTY VRLT_PROGRAMS)
set_target_properties(${programs} PROPERTIES INSTALL_RPATH "$ORIGIN/../${carried}")
install(TARGETS ${programs} RUNTIME DESTINATION bin)
get_property(programs GLOBAL PROPERTY VRLT_PROGRAMS_WITH_TORCH)
set_target_properties(${programs} PROPERTIES INSTALL_RPATH "$ORIGIN/../../${carried}/torch/lib:$ORIGIN/../../${carried}")
install(TARGETS ${programs} RUNTIME DESTINATION libexec/vrlt)

cmake_path(GET LIBTORCH_ROOT PARENT_PATH wheels)
set(libraries torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp.so.1 nvidia/cu13/lib/libcupti.so.13 nvidia/cu13/lib/libcudart.so.13)
if(VRLT_CUDA)
  file(GLOB libraries RELATIVE ${wheels} ${wheels}/torch/lib/*.so* ${wheels}/nvidia/*/lib/*.so*)
  # What only profilers, debuggers and unused parts of the wheels load.
  list(FILTER libraries EXCLUDE REGEX "libtorch_python|libtorch_global_deps|libshm|nvperf|libcheckpoint|pcsampling|cufftw|cusolverMg|libnvblas|alt\\.so|cufile_rdma")
endif()
foreach(library IN LISTS libraries)
  cmake_path(GET library PARENT_PATH folder)
  install(FILES ${wheels}/${library} DESTINATION ${carried}/${folder})
endforeach()

if(TARGET vrlt::arrow)
  foreach(component IN ITEMS Unspecified development)  # programs need them, and what links our libraries
    install(FILES ${ARROW_ROOT}/libarrow.so.2600 ${ARROW_ROOT}/libparquet.so.2600 DESTINATION ${carried} COMPONENT ${component})
  endforeach()
endif()

install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/vrlt)
install(DIRECTORY scripts/rewards scripts/launch DESTINATION ${CMAKE_INSTALL_DATADIR}/vrlt/scripts USE_SOURCE_PERMISSIONS PATTERN __pycache__ EXCLUDE)
install(PROGRAMS scripts/demo.sh scripts/track.py DESTINATION ${CMAKE_INSTALL_DATADIR}/vrlt/scripts)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md)
install(DIRECTORY docs/examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md CHANGELOG.md CITATION.cff LICENSE SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Of the wheels; scripts/package.sh insists on them.
file(GLOB licences ${wheels}/*.dist-info/licenses/*LICENSE* ${wheels}/*.dist-info/licenses/NOTICE*)
foreach(file IN LISTS licences)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${wheels} OUTPUT_VARIABLE name)
  string(REGEX REPLACE "\\.dist-info/licenses/|/" "-" name ${name})
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DOCDIR}/licences RENAME ${name})
endforeach()

# Completion, man pages and schemas, told by the programs just installed; those in bin need no LibTorch for it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
install(CODE "execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/package/help_files.py
  \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share\" COMMAND_ERROR_IS_FATAL ANY)")

# cpack -G DEB: the same under /usr, with what it needs of Debian's packages found by their libraries.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME vrlt)
set(CPACK_PACKAGE_CONTACT "The vrlt maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "Post-trains video language models by reinforcement learning (GRPO) with dual rewards and variance-aware data selection,
and evaluates them on video question answering and temporal grounding. Carries LibTorch ${VRLT_TORCH_VERSION} in /usr/lib/vrlt.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${LIBTORCH_ROOT}/lib ${wheels}/nvidia/cu13/lib)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)
include(CPack)
