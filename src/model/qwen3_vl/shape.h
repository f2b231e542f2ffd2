#pragma once

#include "model/qwen3_vl/config.h"
#include "vrlt/io/json.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::model::qwen3_vl {

ModelShape shape_of(const Config& config);

/// Of a config.json. @param origin  its path, for messages. @throws as parse_config().
inline ModelShape read_shape(const io::Json& json, const std::string& origin) {
  return shape_of(parse_config(json, origin));
}

}  // namespace vrlt::model::qwen3_vl
