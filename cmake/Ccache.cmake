# ccache with settings that hit across clones: paths relative to this tree, and precompiled headers treated by content.
find_program(VRLT_CCACHE ccache)
if(VRLT_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${VRLT_CCACHE})
endif()
