vrlt_find(cli11 PACKAGE libcli11-dev HEADER CLI/CLI.hpp)
