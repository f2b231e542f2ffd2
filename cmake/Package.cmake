# find_package(vrlt): the folders that need no LibTorch, as static libraries with their headers, for
# programs of others that read answers and reward them. docs/examples/reward is one.
# Installed by `cmake --install` with all else, or alone by --component development.
include(CMakePackageConfigHelpers)
set(folders core io config metrics data tokenizer reading rewards)
set(dependencies sentencepiece utf8proc json yaml spdlog crypto)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/vrlt)

foreach(folder IN LISTS folders)
  set_target_properties(vrlt_${folder} PROPERTIES EXPORT_NAME ${folder})
  target_compile_features(vrlt_${folder} INTERFACE cxx_std_20)
  install(TARGETS vrlt_${folder} EXPORT vrltTargets COMPONENT development
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY include/vrlt/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/vrlt
          COMPONENT development)
endforeach()
install(EXPORT vrltTargets NAMESPACE vrlt:: DESTINATION ${package} COMPONENT development)

if(TARGET vrlt::arrow)
  set(carried_arrow lib/vrlt)  # cmake/Install.cmake
endif()
configure_package_config_file(cmake/vrltConfig.cmake.in ${CMAKE_BINARY_DIR}/vrltConfig.cmake
                              INSTALL_DESTINATION ${package})
# Before 1.0 a minor version may change a header.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/vrltConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
list(TRANSFORM dependencies APPEND .cmake OUTPUT_VARIABLE files)
list(TRANSFORM files PREPEND third_party/)
install(FILES ${CMAKE_BINARY_DIR}/vrltConfig.cmake ${CMAKE_BINARY_DIR}/vrltConfigVersion.cmake
              cmake/FindOr.cmake ${files}
        DESTINATION ${package} COMPONENT development)
