#include "model/layers/segments.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <map>

#include "vrlt/model/upload.h"

namespace vrlt::model {

Segments::Segments(const std::vector<int64_t>& lengths, at::Device device) {
  std::map<int64_t, std::vector<int64_t>> rows_by_length;
  int64_t begin = 0;
  for (const int64_t length : lengths) {
    auto& rows = rows_by_length[length];
    for (int64_t i = 0; i < length; ++i) rows.push_back(begin + i);
    begin += length;
  }
  if (rows_by_length.size() == 1) {
    runs_.push_back({lengths.front(), {}});
    return;
  }
  std::vector<int64_t> back(static_cast<size_t>(begin));
  int64_t place = 0;
  for (const auto& [length, rows] : rows_by_length) {
    for (const int64_t row : rows) back[static_cast<size_t>(row)] = place++;
    runs_.push_back({length, upload(rows, device)});
  }
  back_ = upload(back, device);
}

at::Tensor Segments::attention(const at::Tensor& q, const at::Tensor& k,
                               const at::Tensor& v) const {
  std::vector<at::Tensor> outputs;
  for (const auto& [length, rows] : runs_) {
    const auto segments = [&](const at::Tensor& x) {
      const auto own = rows.defined() ? x.index_select(0, rows) : x.contiguous();
      return own.view({-1, length, x.size(1), x.size(2)}).transpose(1, 2);
    };
    const auto out = at::scaled_dot_product_attention(segments(q), segments(k), segments(v));
    outputs.push_back(out.transpose(1, 2).reshape({-1, q.size(1), q.size(2)}));
  }
  return back_.defined() ? at::cat(outputs).index_select(0, back_) : outputs.front();
}

}  // namespace vrlt::model
