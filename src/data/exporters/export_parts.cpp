#include "data/exporters/export_parts.h"

#include "vrlt/core/error.h"

namespace vrlt::data {

const Prediction* find_prediction(const Predictions& predictions, const Sample& sample,
                                  Export& result) {
  const auto found = predictions.find(sample.id);
  if (found != predictions.end()) return &found->second;
  result.notes.push_back(sample.id + ": no answer");
  return nullptr;
}

std::string native(const Sample& sample, const char* key) {
  const auto values = sample.record["native"];
  if (values.is_object() && values.contains(key) && values.at(key).is_string())
    return values.at(key);
  throw DataError(
      concat(sample.id, ": \"native\" has no \"", key,
             "\", which this file is made of; convert the annotations with vrlt-data convert"));
}

const std::string& group(const Sample& sample, const char* key) {
  const auto found = sample.groups.find(key);
  if (found == sample.groups.end())
    throw DataError(concat(sample.id, ": no group \"", key, "\", which this file is made of"));
  return found->second;
}

const std::string& raw_question(const Sample& sample) {
  return sample.query_raw.empty() ? sample.question : sample.query_raw;
}

std::string letter(int64_t option) { return std::string(1, static_cast<char>('A' + option)); }

std::string right_letter(const Sample& sample) {
  if (!sample.answer_option)
    throw DataError(sample.id + ": has no answer, which this file is made of");
  return letter(*sample.answer_option);
}

std::string pretty(const io::Json& json) {
  return json.dump(2, ' ', false, io::Json::error_handler_t::replace) + "\n";
}

}  // namespace vrlt::data
