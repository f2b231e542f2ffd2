#include <charconv>
#include <cmath>
#include <set>

#include "vrlt/config/all_keys.h"
#include "vrlt/config/item_lists.h"
#include "vrlt/config/load.h"
#include "vrlt/io/json.h"

namespace vrlt::config {
namespace {

/// Collects the keys that are visited where those without effect are left out.
class EffectiveKeys final : public FieldVisitor {
 public:
  void field(const Field& f, bool&) override { add(f.name); }
  void field(const Field& f, int64_t&) override { add(f.name); }
  void field(const Field& f, uint64_t&) override { add(f.name); }
  void field(const Field& f, double&) override { add(f.name); }
  void field(const Field& f, std::string&) override { add(f.name); }
  void field(const Field& f, std::optional<int64_t>&) override { add(f.name); }
  void field(const Field& f, std::optional<double>&) override { add(f.name); }
  void field(const Field& f, std::vector<std::string>&) override { add(f.name); }
  void field(const Field& f, std::vector<WeightedName>&) override { add(f.name); }
  void begin_section(const char* name, const char*) override {
    add(name);
    path_ += std::string(name) + ".";
  }
  void end_section() override { path_.erase(path_.rfind('.', path_.size() - 2) + 1); }
  bool wants_fields_without_effect() const override { return false; }

  std::set<std::string> keys;

 private:
  void add(const char* name) { keys.insert(path_ + name); }
  std::string path_;
};

/// "a, b or c"
std::string alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return text;
}

/// The help of a key with its choices, unless the help explains each of them or says what lists
/// them.
std::string help_of(const Field& f) {
  const std::string help = f.help;
  bool named = true;
  for (const auto& choice : f.choices) named = named && help.find(choice) != std::string::npos;
  return f.choices.empty() || named || help.find("--list") != std::string::npos
             ? help
             : help + ": " + alternatives(f.choices);
}

/// Writes fields as block YAML. Strings are written as JSON strings, which YAML reads back exactly.
class YamlPrinter final : public FieldVisitor, public ItemListVisitor {
 public:
  /// @param effective  not null: every key is printed, those that are not among these as remarks,
  /// and required ones without a value.
  explicit YamlPrinter(bool with_help, const std::set<std::string>* effective = nullptr)
      : with_help_(with_help), effective_(effective) {}

  void field(const Field& f, bool& value) override { line(f, value ? "true" : "false"); }
  void field(const Field& f, int64_t& value) override { line(f, std::to_string(value)); }
  void field(const Field& f, uint64_t& value) override { line(f, std::to_string(value)); }
  void field(const Field& f, double& value) override { line(f, number(value)); }
  void field(const Field& f, std::string& value) override { line(f, quoted(value)); }
  void field(const Field& f, std::optional<int64_t>& value) override {
    line(f, value ? std::to_string(*value) : "null");
  }
  void field(const Field& f, std::optional<double>& value) override {
    line(f, value ? number(*value) : "null");
  }

  void field(const Field& f, std::vector<std::string>& value) override {
    std::string items;
    for (const auto& item : value) items += (items.empty() ? "" : ", ") + quoted(item);
    line(f, "[" + items + "]");
  }

  void field(const Field& f, std::vector<WeightedName>& value) override {
    std::string items;
    for (const auto& item : value) items += (items.empty() ? "" : ", ") + named(item);
    line(f, "[" + items + "]");
  }

  void items(const Field& f, std::vector<WeightedName>& value, OtherItems& others) override {
    std::string items;
    for (const auto& item : value) {
      YamlPrinter fields(/*with_help=*/false);
      const bool is_other = others.visit(fields, item.name);
      items += (items.empty() ? "" : ", ") +
               (is_other ? in_braces(fields.text(), item.weight) : named(item));
    }
    line(f, "[" + items + "]");
  }

  void begin_section(const char* name, const char* help) override {
    comment(help);
    text_ += std::string(remark(name)) + indent() + name + ":\n";
    path_ += std::string(name) + ".";
    ++depth_;
  }
  void end_section() override {
    path_.erase(path_.rfind('.', path_.size() - 2) + 1);
    --depth_;
  }
  bool wants_fields_without_effect() const override { return effective_ != nullptr; }

  const std::string& text() const { return text_; }

 private:
  static std::string named(const WeightedName& item) {
    return "{name: " + quoted(item.name) + ", weight: " + number(item.weight) + "}";
  }
  /// @param lines  a key and its value on each.
  static std::string in_braces(const std::string& lines, double weight) {
    std::string text = "{";
    for (const char c : lines) text += c == '\n' ? std::string(", ") : std::string(1, c);
    return text + "weight: " + number(weight) + "}";
  }
  static std::string number(double value) {
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, result.ptr};
  }

  static std::string quoted(const std::string& value) { return io::to_line(io::Json(value)); }
  std::string indent() const { return std::string(static_cast<size_t>(2 * depth_), ' '); }
  /// What makes a line a remark where the key has no effect.
  const char* remark(const char* name) const {
    return effective_ == nullptr || effective_->contains(path_ + name) ? "" : "#";
  }
  void comment(const std::string& help) {
    if (with_help_ && !help.empty()) text_ += indent() + "# " + help + "\n";
  }
  void line(const Field& f, const std::string& value) {
    if (effective_ != nullptr && f.required && (value == "\"\"" || value == "[]")) {
      text_ += indent() + f.name + ":   # required: " + help_of(f) + "\n";
      return;
    }
    comment(help_of(f));
    text_ += std::string(remark(f.name)) + indent() + f.name + ": " + value + "\n";
  }

  bool with_help_;
  const std::set<std::string>* effective_;
  int depth_ = 0;
  std::string path_, text_;
};

}  // namespace

std::string to_yaml(const std::function<void(FieldVisitor&)>& visit, bool with_help) {
  YamlPrinter printer(with_help);
  visit(printer);
  return printer.text();
}

std::string all_keys_yaml(const std::function<void(FieldVisitor&)>& visit) {
  EffectiveKeys effective;
  visit(effective);
  YamlPrinter printer(/*with_help=*/true, &effective.keys);
  visit(printer);
  return printer.text();
}

}  // namespace vrlt::config
