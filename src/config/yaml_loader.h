#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "vrlt/config/fields.h"
#include "vrlt/config/item_lists.h"
#include "vrlt/config/load.h"

namespace vrlt::config {

/// Fills fields from a YAML tree and collects every problem with its place.
class YamlLoader final : public FieldVisitor, public ItemListVisitor {
 public:
  /// @param origin  file name, or what was written on the command line. @param with_marks  whether
  /// line and column mean something.
  /// @param keys  of the whole config, for what an unknown one may have meant.
  YamlLoader(const YAML::Node& root, std::string origin, bool with_marks,
             const std::vector<std::string>& keys, std::vector<std::string>& problems,
             KeyLocations& locations);

  void field(const Field& field, bool& value) override;
  void field(const Field& field, int64_t& value) override;
  void field(const Field& field, uint64_t& value) override;
  void field(const Field& field, double& value) override;
  void field(const Field& field, std::string& value) override;
  void field(const Field& field, std::optional<int64_t>& value) override;
  void field(const Field& field, std::optional<double>& value) override;
  void field(const Field& field, std::vector<std::string>& value) override;
  void field(const Field& field, std::vector<WeightedName>& value) override;
  void items(const Field& field, std::vector<WeightedName>& value, OtherItems& others) override;
  void begin_section(const char* name, const char* help) override;
  void end_section() override;

  /// Reports what no field of the root asked for, and hands over all problems in the order of the
  /// file.
  void finish();

 private:
  struct Section {
    YAML::Node node;                 ///< A map, or undefined.
    std::string path;                ///< "video." or empty for the root.
    std::vector<std::string> known;  ///< Keys that fields asked for.
  };

  YAML::Node find(const Field& field);
  /// What stands for null in "key=null", "key=~" and "key=" of the command line, which for a text
  /// may be meant as the word.
  std::optional<std::string> written_null(const Field& field) const;
  void report_unknown(const Section& section);
  void report_unknown_key(const Section& section, const YAML::Node& key, const YAML::Node& value);
  /// Keys of another project below one that we do not have, each with what it is here. @return
  /// whether any is known.
  bool report_foreign_below(const YAML::Node& node, const std::string& path);
  void problem(const YAML::Node& node, const std::string& message);
  YAML::Mark mark_of(const YAML::Node& node) const;
  std::string place(const YAML::Node& node) const;
  bool read_number(const Field& field, const YAML::Node& node, double* value);
  template <typename Integer>
  bool read_integer(const Field& field, const YAML::Node& node, Integer* value);
  /// @param others  null: all items are named.
  void read_items(const Field& field, std::vector<WeightedName>& value, OtherItems* others);
  void read_item(const Field& field, const YAML::Node& item, OtherItems* others,
                 std::vector<WeightedName>& items);
  bool read_text(const Field& field, const YAML::Node& node, std::string* value);

  std::string origin_;
  bool with_marks_;
  const std::vector<std::string>& keys_;
  struct Problem {
    int line, column;
    std::string message;
  };
  std::vector<Problem> found_;
  std::vector<std::string>& problems_;
  KeyLocations& locations_;
  std::vector<Section> sections_;
  YAML::Node key_;  ///< Of the field that was found last.
};

}  // namespace vrlt::config
