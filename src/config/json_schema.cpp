#include "vrlt/config/json_schema.h"

#include <algorithm>
#include <cmath>

#include "vrlt/config/item_lists.h"
#include "vrlt/io/json.h"

namespace vrlt::config {
namespace {

using Schema = io::Json;

Schema object() {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", Schema::object()}};
}

void add_help(Schema& schema, const char* help) {
  if (help != nullptr && *help != '\0') schema["description"] = help;
}

Schema text(const Field& f) {
  Schema schema = {{"type", "string"}};
  if (!f.choices.empty()) schema["enum"] = f.choices;
  return schema;
}

/// What a list of names with weights holds, or holds one of.
Schema weighted(const Field& f) {
  Schema item = object();
  item["properties"] = {{"name", text(f)}, {"weight", {{"type", "number"}, {"minimum", 0}}}};
  item["required"] = {"name"};
  return {{"anyOf", {text(f), item}}};
}

/// A list, or one value for a list of one.
Schema list_of(const Schema& item) {
  return {{"anyOf", {Schema{{"type", "array"}, {"items", item}}, item, Schema{{"type", "null"}}}}};
}

class SchemaPrinter final : public FieldVisitor, public ItemListVisitor {
 public:
  SchemaPrinter() { sections_.push_back(object()); }

  void field(const Field& f, bool& value) override {
    add(f, {{"type", "boolean"}, {"default", value}});
  }
  void field(const Field& f, int64_t& value) override { add(f, number(f, {"integer"}, value)); }
  void field(const Field& f, uint64_t& value) override {
    Field unsigned_field = f;
    unsigned_field.min = std::max(0.0, f.min);
    add(f, number(unsigned_field, {"integer"}, value));
  }
  void field(const Field& f, double& value) override { add(f, number(f, {"number"}, value)); }
  void field(const Field& f, std::string& value) override {
    auto schema = text(f);
    if (!f.required) schema["default"] = value;
    add(f, std::move(schema));
  }
  void field(const Field& f, std::optional<int64_t>& value) override {
    add(f, number(f, {"integer", "null"}, value ? Schema(*value) : Schema()));
  }
  void field(const Field& f, std::optional<double>& value) override {
    add(f, number(f, {"number", "null"}, value ? Schema(*value) : Schema()));
  }
  void field(const Field& f, std::vector<std::string>& value) override {
    auto schema = list_of(text(f));
    if (!f.required) schema["default"] = value;
    add(f, std::move(schema));
  }
  void field(const Field& f, std::vector<WeightedName>&) override { add(f, list_of(weighted(f))); }

  void items(const Field& f, std::vector<WeightedName>&, OtherItems& others) override {
    SchemaPrinter fields;
    others.add(fields);
    auto other = fields.finished();
    other["properties"]["weight"] = {{"type", "number"}, {"minimum", 0}};
    other["required"] = {others.key()};
    auto item = weighted(f);
    item["anyOf"].push_back(std::move(other));
    add(f, list_of(item));
  }

  void begin_section(const char* name, const char* help) override {
    names_.emplace_back(name);
    sections_.push_back(object());
    add_help(sections_.back(), help);
  }
  void end_section() override {
    auto section = finished();
    section["type"] = {"object", "null"};  // a section's name with nothing below it
    sections_.pop_back();
    sections_.back()["properties"][names_.back()] = std::move(section);
    names_.pop_back();
  }

  Schema finished() const { return sections_.back(); }

 private:
  static Schema number(const Field& f, const std::vector<const char*>& types, Schema value) {
    Schema schema = {{"type", types.size() == 1 ? Schema(types.front()) : Schema(types)}};
    if (std::isfinite(f.min)) schema["minimum"] = f.min;
    if (std::isfinite(f.max)) schema["maximum"] = f.max;
    schema["default"] = std::move(value);
    return schema;
  }
  /// What is required may also come from the command line: no schema of a file can ask for it.
  void add(const Field& f, Schema schema) {
    const std::string help = f.required ? std::string("required: ") + f.help : f.help;
    add_help(schema, help.c_str());
    sections_.back()["properties"][f.name] = std::move(schema);
  }

  std::vector<Schema> sections_;
  std::vector<std::string> names_;  ///< Of the sections but the first.
};

}  // namespace

std::string json_schema(const std::function<void(FieldVisitor&)>& visit, const std::string& title) {
  SchemaPrinter printer;
  visit(printer);
  Schema schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  schema.update(printer.finished());
  return schema.dump(1) + "\n";
}

}  // namespace vrlt::config
