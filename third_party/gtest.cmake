find_package(GTest QUIET)
if(NOT GTest_FOUND)
  message(FATAL_ERROR "GoogleTest not found: install libgtest-dev libgmock-dev (scripts/bootstrap.sh does)")
endif()
