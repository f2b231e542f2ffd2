#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "vrlt/config/fields.h"
#include "vrlt/config/load.h"

namespace vrlt::config {

/// Fills fields from a YAML tree and collects every problem with its place.
class YamlLoader final : public FieldVisitor {
 public:
  /// @param origin  file name, or what was written on the command line. @param with_marks  whether line and column mean something.
  YamlLoader(const YAML::Node& root, std::string origin, bool with_marks, std::vector<std::string>& problems, KeyLocations& locations);

  void field(const Field& field, bool& value) override;
  void field(const Field& field, int64_t& value) override;
  void field(const Field& field, uint64_t& value) override;
  void field(const Field& field, double& value) override;
  void field(const Field& field, std::string& value) override;
  void field(const Field& field, std::optional<int64_t>& value) override;
  void field(const Field& field, std::optional<double>& value) override;
  void field(const Field& field, std::vector<std::string>& value) override;
  void field(const Field& field, std::vector<WeightedName>& value) override;
  void begin_section(const char* name, const char* help) override;
  void end_section() override;

  /// Reports what no field of the root asked for, and hands over all problems in the order of the file.
  void finish();

 private:
  struct Section {
    YAML::Node node;                 ///< A map, or undefined.
    std::string path;                ///< "video." or empty for the root.
    std::vector<std::string> known;  ///< Keys that fields asked for.
  };

  YAML::Node find(const Field& field);
  void report_unknown(const Section& section);
  void problem(const YAML::Node& node, const std::string& message);
  std::string place(const YAML::Node& node) const;
  bool read_number(const Field& field, const YAML::Node& node, double* value);
  bool read_integer(const Field& field, const YAML::Node& node, int64_t* value);
  bool read_text(const Field& field, const YAML::Node& node, std::string* value);

  std::string origin_;
  bool with_marks_;
  struct Problem {
    int line, column;
    std::string message;
  };
  std::vector<Problem> found_;
  std::vector<std::string>& problems_;
  KeyLocations& locations_;
  std::vector<Section> sections_;
};

}  // namespace vrlt::config
