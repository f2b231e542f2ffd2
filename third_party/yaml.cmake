vrlt_find(yaml PACKAGE libyaml-cpp-dev HEADER yaml-cpp/yaml.h LIBRARIES yaml-cpp)
