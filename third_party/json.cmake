vrlt_find(json PACKAGE nlohmann-json3-dev HEADER nlohmann/json.hpp)
