#include "tests/golden/model/golden_family.h"

#include "tests/support/test_folders.h"

namespace vrlt::model {

std::span<const GoldenFamily> golden_families() {
  static const GoldenFamily kFamilies[] = {
      {"qwen2_5_vl", test::golden_dir, {"float_max", "int_grid"}, 1e-4, false},
      {"qwen3_vl", test::golden3_dir, {""}, 3e-5, true},
  };
  return kFamilies;
}

}  // namespace vrlt::model
