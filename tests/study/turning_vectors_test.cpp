// What turns in a checkpoint, and how long it is in each pair.
#include "roformer/study/turning_vectors.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/study/frequency_norms.h"
#include "tests/base/test_files.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::study {
namespace {

using torch::Tensor;

// In layer 0 query and key are the same wherever they stand: numbers 0, 1, … of the bias.
void make_constant(const pipeline::SmallCheckpoint& small) {
  const torch::NoGradGuard no_gradient;
  const auto parameters = small.model()->encoder()->named_parameters();
  parameters["encoder.layer.0.attention.self.qkv.weight"].zero_();
  parameters["encoder.layer.0.attention.self.qkv.bias"].copy_(torch::arange(72));
  checkpoint::save_model(*small.model(), small.folder());
}

class TurningVectorsTest : public testing::Test {
 protected:
  StudyOptions reading(const std::string& text) const {
    StudyOptions options;
    options.text = files_.write("lines.txt", text);
    return options;
  }
  tests::TestFolder files_;
};

TEST(Paired, HalvesStandBesideEachOther) {
  const Tensor x = torch::arange(6).view({1, 1, 6});
  EXPECT_TRUE(paired(x, 6, true).equal(x));
  EXPECT_TRUE(paired(x, 6, false).equal(torch::tensor({0, 3, 1, 4, 2, 5}).view({1, 1, 6})));
  EXPECT_TRUE(paired(x, 4, false).equal(torch::tensor({0, 2, 1, 3}).view({1, 1, 4})));
}

TEST(PairNorms, AreSquareRootsOfTwoSquares) {
  torch::manual_seed(1);
  const Tensor x = torch::randn({3, 2, 8}, torch::kFloat64), norms = pair_norms(x);
  ASSERT_EQ(norms.sizes(), (std::vector<std::int64_t>{3, 2, 4}));
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(norms[1][0][i].item<double>(),
                std::hypot(x[1][0][2 * i].item<double>(), x[1][0][2 * i + 1].item<double>()),
                1e-12);
}

TEST_F(TurningVectorsTest, NormsOfAModelByLayerAndPair) {
  const pipeline::SmallCheckpoint small("roformer");
  make_constant(small);
  const TurningModel model(small.folder(), reading("the cat sat\n\na dog ran .\n"));
  EXPECT_EQ(model.words(), "queries and keys");
  ASSERT_EQ(model.frequencies(0).size(), 6u);
  const FrequencyNorms norms = frequency_norms(model);
  ASSERT_EQ(norms.q.sizes(), (std::vector<std::int64_t>{2, 6}));
  for (int i = 0; i < 6; ++i) {
    double q = 0, k = 0;
    for (const int head : {0, 1}) {
      q += std::hypot(12 * head + 2 * i, 12 * head + 2 * i + 1) / 2;
      k += std::hypot(24 + 12 * head + 2 * i, 24 + 12 * head + 2 * i + 1) / 2;
    }
    EXPECT_NEAR(norms.q[0][i].item<double>(), q, 1e-5) << i;
    EXPECT_NEAR(norms.k[0][i].item<double>(), k, 1e-5) << i;
  }
  EXPECT_TRUE(tests::has_text(norms.text, "lines.txt"));
}

TEST_F(TurningVectorsTest, AsMuchTextAsIsAskedFor) {
  const pipeline::SmallCheckpoint small("roformer");
  StudyOptions options = reading("the cat\nthe cat\nthe cat\n");
  options.tokens = 5;  // two lines of [CLS] the cat [SEP]
  std::int64_t tokens = 0;
  TurningModel(small.folder(), options)
      .read([&](std::int64_t layer, const TurningVectors& vectors, const packed::PackedBatch&) {
        tokens += layer == 0 ? vectors.q.size(0) : 0;
      });
  EXPECT_EQ(tokens, 8);
}

TEST_F(TurningVectorsTest, OtherModelsAndEmptyTextsAreRefused) {
  const pipeline::SmallCheckpoint bert("bert"), roformer("roformer");
  const auto empty = reading(" \n\n");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { TurningModel(bert.folder(), empty); }),
                              "rotary positions but got learned"));
  EXPECT_TRUE(tests::has_text(
      tests::error_message([&] { frequency_norms(TurningModel(roformer.folder(), empty)); }),
      "expected lines of text"));
}

}  // namespace
}  // namespace roformer::study
