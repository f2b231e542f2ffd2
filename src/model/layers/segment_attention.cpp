#include "model/layers/segment_attention.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tensor.h>

#include <map>

namespace vrlt::model {

at::Tensor segment_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const std::vector<int64_t>& lengths) {
  std::map<int64_t, std::vector<int64_t>> begins_by_length;
  int64_t begin = 0;
  for (const int64_t length : lengths) {
    begins_by_length[length].push_back(begin);
    begin += length;
  }
  std::vector<at::Tensor> places, outputs;
  const auto index_options = at::TensorOptions().dtype(at::kLong);
  for (const auto& [length, begins] : begins_by_length) {
    const auto rows =
        (at::tensor(begins, index_options).unsqueeze(1) + at::arange(length, index_options))
            .flatten()
            .to(q.device());
    const auto segments = [&](const at::Tensor& x) {
      return x.index_select(0, rows)
          .view({static_cast<int64_t>(begins.size()), length, x.size(1), x.size(2)})
          .transpose(1, 2);
    };
    const auto out = at::scaled_dot_product_attention(segments(q), segments(k), segments(v));
    outputs.push_back(out.transpose(1, 2).reshape({-1, q.size(1), q.size(2)}));
    places.push_back(rows);
  }
  if (outputs.size() == 1) return outputs.front();  // one length: the rows are already in order
  return at::cat(outputs).index_select(0, at::cat(places).argsort());
}

}  // namespace vrlt::model
