#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "vrlt/core/record_codec.h"
#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

/// The records of all ranks: those of rank 0 in their order, then those of rank 1, and so on. All
/// ranks call it.
/// @tparam Record  has visit_fields, see RecordWriter.
template <typename Record>
std::vector<Record> gathered_records(const std::vector<Record>& own, ProcessGroup& group) {
  RecordWriter writer;
  writer(own);
  std::vector<Record> all;
  for (const auto& bytes : group.all_gather(writer.bytes())) {
    RecordReader reader(bytes);
    std::vector<Record> of_rank;
    reader(of_rank);
    VRLT_CHECK(reader.at_end(), "the records of a rank are followed by something else");
    all.insert(all.end(), std::make_move_iterator(of_rank.begin()),
               std::make_move_iterator(of_rank.end()));
  }
  return all;
}

}  // namespace vrlt::distributed
