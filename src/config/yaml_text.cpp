#include "vrlt/config/yaml_text.h"

#include <yaml-cpp/eventhandler.h>

#include <sstream>

namespace vrlt::config {
namespace {

/// Looks at a document before its tree is built.
class AnchorCheck final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { check(mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { check(mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string&) override {
    check(mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, anchor);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, anchor);
  }
  void OnMapEnd() override {}

 private:
  static void check(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0)
      throw YAML::ParserException(mark,
                                  "anchors and aliases are not supported: write the value out");
  }
};

}  // namespace

YAML::Node parse_yaml(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  AnchorCheck check;
  if (parser.HandleNextDocument(check) && parser.HandleNextDocument(check))
    throw YAML::ParserException(YAML::Mark::null_mark(), "more than one document, expected one");
  return YAML::Load(text);
}

}  // namespace vrlt::config
