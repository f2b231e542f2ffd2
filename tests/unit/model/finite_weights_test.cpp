#include "vrlt/model/finite_weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/tiny_prompts.h"
#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

TEST(FiniteWeights, NamesTheFirstTensorThatHoldsSomethingElse) {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      ParameterTable table;
      table.add("a", at::ones({3, 4}, dtype));
      table.add("b", at::ones({5}, dtype));
      EXPECT_FALSE(first_not_finite(table));
      table.at("b")[2].fill_(bad);
      table.add("c", at::full({2}, bad, dtype));
      EXPECT_EQ(first_not_finite(table), "b holds 1 number that is not finite (of 5)");
      try {
        check_finite(table, "models/x");
        ADD_FAILURE();
      } catch (const NotFiniteError& error) {
        EXPECT_STREQ(error.what(), "models/x: b holds 1 number that is not finite (of 5)");
        EXPECT_EQ(error.exit_code(), ExitCode::kNotFinite);
      }
    }
}

TEST(FiniteWeights, AFolderWithOthersIsRefusedWhenItIsOpened) {
  const test::TemporaryFolder folder;
  const auto model = test::tiny_model();
  {
    const at::NoGradGuard no_grad;
    model->parameters().at("visual.merger.mlp.0.weight")[0][0].fill_(std::nan(""));
  }
  model->save(folder.path() / "saved");
  try {
    load_model(folder.path() / "saved", {});
    FAIL();
  } catch (const NotFiniteError& error) {
    EXPECT_NE(std::string(error.what())
                  .find("saved: broken weights: visual.merger.mlp.0.weight holds 1 number that is "
                        "not finite"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace vrlt::model
