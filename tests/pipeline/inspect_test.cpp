#include "roformer/pipeline/inspect.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "roformer/format/safetensors.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

TEST(Inspect, CountsParametersAndFindsNothingOdd) {
  const SmallCheckpoint checkpoint("roformer");
  const Inspection inspection = inspect(checkpoint.folder());
  std::int64_t expected = 0;
  for (const torch::Tensor& parameter : checkpoint.model()->parameters())
    expected += parameter.numel();
  EXPECT_EQ(inspection.parameters, expected);
  // The head: a product, a norm, a bias of the words.
  EXPECT_EQ(inspection.parameters - inspection.encoder_parameters, 24 * 24 + 24 + 24 + 24 + 16);
  EXPECT_TRUE(inspection.tensors.contains("cls.predictions.bias"));
  EXPECT_EQ(inspection.format, "safetensors");
  EXPECT_EQ(inspection.files, 1u);
  EXPECT_EQ(inspection.heads, std::vector<std::string>{"masked language model"});
  EXPECT_TRUE(inspection.report.missing.empty());
  EXPECT_TRUE(inspection.report.unused.empty());
  EXPECT_TRUE(inspection.not_finite.empty());
}

TEST(Inspect, NamesWhatIsMissingUnusedAndNotFinite) {
  const SmallCheckpoint checkpoint("bert");
  const auto path = checkpoint.folder() / "model.safetensors";
  auto tensors = format::load_tensors(path).tensors;
  tensors.erase("cls.predictions.bias");
  tensors["stray"] = torch::tensor({1.0f, std::nanf("")});
  format::save_tensors(path, tensors);
  const Inspection inspection = inspect(checkpoint.folder());
  EXPECT_EQ(inspection.report.missing, std::vector<std::string>{"cls.predictions.bias"});
  EXPECT_EQ(inspection.report.unused, std::vector<std::string>{"stray"});
  EXPECT_EQ(inspection.not_finite, std::vector<std::string>{"stray"});
}

}  // namespace
}  // namespace roformer::pipeline
