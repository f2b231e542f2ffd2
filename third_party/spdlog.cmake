vrlt_find(spdlog PACKAGE "libspdlog-dev libfmt-dev" HEADER spdlog/spdlog.h LIBRARIES spdlog fmt)
target_compile_definitions(vrlt::spdlog INTERFACE SPDLOG_SHARED_LIB SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
