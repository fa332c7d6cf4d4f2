// Scores by distance of a model whose queries and keys are the same in each place, so that Eq. 16
// gives them.
#include "roformer/study/figure2_scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::study {
namespace {

// In layer 0 every query is of ones, every key of twos in head 0 and of fours in head 1, whatever
// stands there.
void make_scores_flat(const pipeline::SmallCheckpoint& small) {
  const torch::NoGradGuard no_gradient;
  const auto model = small.model();
  const auto parameters = model->encoder()->named_parameters();
  parameters["encoder.layer.0.attention.self.qkv.weight"].zero_();
  const torch::Tensor bias = parameters["encoder.layer.0.attention.self.qkv.bias"];
  bias.slice(0, 0, 24).fill_(1);
  bias.slice(0, 24, 36).fill_(2);
  bias.slice(0, 36, 48).fill_(4);
  checkpoint::save_model(*model, small.folder());
}

// A pair of dimensions adds 1 · k + 1 · k times the cosine; the heads' mean of k is 3. Size 12.
double flat_score(int distance) {
  double sum = 0;
  for (int i = 0; i < 6; ++i) sum += 2 * 3 * std::cos(distance * std::pow(10000.0, -2.0 * i / 12));
  return sum / std::sqrt(12.0);
}

// Pairs of tokens of kTexts at a distance, in one direction.
std::int64_t pairs_apart(const text::Tokenizer& tokenizer, std::int64_t distance) {
  std::int64_t pairs = 0;
  for (const auto& line : pipeline::kTexts)
    pairs += std::max<std::int64_t>(
        0, static_cast<std::int64_t>(tokenizer.encode(line).size()) - distance);
  return pairs;
}

ScoreOptions up_to(std::int64_t distance) {
  ScoreOptions options;
  options.max_distance = distance;
  return options;
}

TEST(ScoresByDistanceTest, AnEncodersPairsCountInBothDirections) {
  const pipeline::SmallCheckpoint checkpoint("roformer");
  make_scores_flat(checkpoint);
  const auto tokenizer = checkpoint.tokenizer();
  ScoresByDistance scores(checkpoint.folder(), up_to(40));
  EXPECT_EQ(scores.num_layers(), 2);
  for (const int times : {1, 2}) {
    scores.add({pipeline::kTexts, 1});
    const ScoreCurves curves = scores.curves();
    ASSERT_EQ(curves.pairs.size(), 41u);
    ASSERT_EQ(curves.scores.size(), 2u);
    for (int d = 0; d <= 40; ++d) {
      const auto at = static_cast<std::size_t>(d);
      const std::int64_t pairs = times * (d == 0 ? 1 : 2) * pairs_apart(tokenizer, d);
      EXPECT_EQ(curves.pairs[at], pairs) << d;
      if (pairs > 0) {
        EXPECT_NEAR(curves.scores[0][at], flat_score(d), 1e-4) << d;
      } else {
        EXPECT_TRUE(std::isnan(curves.scores[0][at])) << d;
      }
    }
  }
}

TEST(ScoresByDistanceTest, ADecodersTokensLookBack) {
  const pipeline::SmallCheckpoint checkpoint("roformer");
  make_scores_flat(checkpoint);
  auto config = nlohmann::json::parse(base::read_file(checkpoint.folder() / "config.json"));
  config["is_decoder"] = true;
  base::write_file_atomically(checkpoint.folder() / "config.json", config.dump());
  ScoresByDistance scores(checkpoint.folder(), up_to(3));
  scores.add({pipeline::kTexts, 1});
  const ScoreCurves curves = scores.curves();
  for (int d = 0; d <= 3; ++d) {
    const auto at = static_cast<std::size_t>(d);
    EXPECT_EQ(curves.pairs[at], pairs_apart(checkpoint.tokenizer(), d)) << d;
    EXPECT_NEAR(curves.scores[0][at], flat_score(d), 1e-4) << d;
  }
}

TEST(ScoresByDistanceTest, OtherModelsAndDistancesAreRefused) {
  const pipeline::SmallCheckpoint bert("bert");
  const auto message = tests::error_message([&] { ScoresByDistance(bert.folder(), up_to(3)); });
  EXPECT_TRUE(tests::has_text(message, "rotary positions and softmax attention but got learned"))
      << message;
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { ScoresByDistance(bert.folder(), up_to(-1)); }),
                      "max_distance >= 0 but got -1"));
}

}  // namespace
}  // namespace roformer::study
