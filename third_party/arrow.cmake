# libparquet and libarrow from the unpacked pyarrow wheel, which needs no Python to link with. Optional: without it vrlt-data says how to get it.
if(NOT ARROW_ROOT)
  execute_process(COMMAND bash ${CMAKE_SOURCE_DIR}/scripts/bootstrap.sh --print-prefix
                  OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(ARROW_ROOT ${prefix}/pyarrow CACHE PATH "The pyarrow folder of the unpacked wheel")
endif()
set(arrow_libraries ${ARROW_ROOT}/libparquet.so.2600 ${ARROW_ROOT}/libarrow.so.2600)
foreach(file IN ITEMS ${arrow_libraries} ${ARROW_ROOT}/include/parquet/arrow/reader.h)
  if(NOT EXISTS ${file})
    message(STATUS "Parquet is not read: ${file} not found (scripts/bootstrap.sh --parquet fetches it)")
    return()
  endif()
endforeach()

# Static libraries pass these on to every program; only those that read tables keep them.
add_library(vrlt::arrow INTERFACE IMPORTED GLOBAL)
list(JOIN arrow_libraries "," arrow_libraries)
target_link_libraries(vrlt::arrow INTERFACE "-Wl,--push-state,--as-needed,${arrow_libraries},--pop-state" -Wl,--allow-shlib-undefined)
list(APPEND VRLT_BUILD_RPATH ${ARROW_ROOT})
