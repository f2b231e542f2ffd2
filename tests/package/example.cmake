# cmake -D BUILD=.. -D SOURCE=.. -D COMPILER=.. -P example.cmake: installs the libraries, moves the
# folder, builds docs/examples/reward against it, runs its tests, and lets vrlt-score run its
# program.
set(work ${BUILD}/package_example)
file(REMOVE_RECURSE ${work})
if(SANITIZE)
  list(APPEND flags -DCMAKE_CXX_FLAGS=-fsanitize=${SANITIZE})  # as the libraries are built
endif()
if(LAUNCHER)
  list(APPEND flags -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
endif()

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE failed)
  if(failed)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}: ${failed}\n${said}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --component development --prefix ${work}/first)
file(RENAME ${work}/first ${work}/moved)
run(${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/docs/examples/reward -B ${work}/build
    -DCMAKE_PREFIX_PATH=${work}/moved -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=${COMPILER} ${flags})
run(${CMAKE_COMMAND} --build ${work}/build --parallel 2)
run(${CMAKE_CTEST_COMMAND} --test-dir ${work}/build --output-on-failure --no-tests=error)
# Exits with 1 where a value is not the one that the file expects.
run(${BUILD}/bin/vrlt-score --command "${work}/build/boundary-reward 0.5"
    ${SOURCE}/docs/examples/reward/completions.jsonl)
