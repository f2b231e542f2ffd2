#include <charconv>
#include <cmath>

#include "vrlt/config/load.h"
#include "vrlt/io/json.h"

namespace vrlt::config {
namespace {

/// Writes fields as block YAML. Strings are written as JSON strings, which YAML reads back exactly.
class YamlPrinter final : public FieldVisitor {
 public:
  explicit YamlPrinter(bool with_help) : with_help_(with_help) {}

  void field(const Field& f, bool& value) override { line(f, value ? "true" : "false"); }
  void field(const Field& f, int64_t& value) override { line(f, std::to_string(value)); }
  void field(const Field& f, uint64_t& value) override { line(f, std::to_string(value)); }
  void field(const Field& f, double& value) override { line(f, number(value)); }
  void field(const Field& f, std::string& value) override { line(f, quoted(value)); }
  void field(const Field& f, std::optional<int64_t>& value) override { line(f, value ? std::to_string(*value) : "null"); }
  void field(const Field& f, std::optional<double>& value) override { line(f, value ? number(*value) : "null"); }

  void field(const Field& f, std::vector<std::string>& value) override {
    std::string items;
    for (const auto& item : value) items += (items.empty() ? "" : ", ") + quoted(item);
    line(f, "[" + items + "]");
  }

  void field(const Field& f, std::vector<WeightedName>& value) override {
    std::string items;
    for (const auto& item : value) items += (items.empty() ? "{name: " : ", {name: ") + quoted(item.name) + ", weight: " + number(item.weight) + "}";
    line(f, "[" + items + "]");
  }

  void begin_section(const char* name, const char* help) override {
    comment(help);
    text_ += indent() + name + ":\n";
    ++depth_;
  }
  void end_section() override { --depth_; }
  bool wants_fields_without_effect() const override { return false; }

  const std::string& text() const { return text_; }

 private:
  static std::string number(double value) {
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, result.ptr};
  }

  static std::string quoted(const std::string& value) { return io::to_line(io::Json(value)); }
  std::string indent() const { return std::string(static_cast<size_t>(2 * depth_), ' '); }
  void comment(const char* help) {
    if (with_help_ && *help != '\0') text_ += indent() + "# " + help + "\n";
  }
  void line(const Field& f, const std::string& value) {
    comment(f.help);
    text_ += indent() + f.name + ": " + value + "\n";
  }

  bool with_help_;
  int depth_ = 0;
  std::string text_;
};

}  // namespace

std::string to_yaml(const std::function<void(FieldVisitor&)>& visit, bool with_help) {
  YamlPrinter printer(with_help);
  visit(printer);
  return printer.text();
}

}  // namespace vrlt::config
