#include "vrlt/io/column_file.h"

namespace vrlt::io {

using namespace std::string_view_literals;

bool is_column_file(std::string_view head) {
  return head.starts_with("PAR1"sv) || head.starts_with("ARROW1\0\0"sv) ||
         head.starts_with("\xFF\xFF\xFF\xFF"sv);
}

}  // namespace vrlt::io
