#include "roformer/pipeline/text_batches.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

namespace roformer::pipeline {
namespace {

std::vector<Piece> pieces_of_lengths(const std::vector<std::size_t>& lengths) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto id = static_cast<std::int32_t>(i);
    pieces.push_back({i, std::vector<std::int32_t>(lengths[i], id),
                      std::vector<std::int32_t>(lengths[i], id % 2), 0});
  }
  return pieces;
}

TextOptions options_of(std::int64_t tokens_per_batch) {
  TextOptions options;
  options.tokens_per_batch = tokens_per_batch;
  return options;
}

TEST(TextBatches, KeepToTheBudgetAndHoldEachPieceOnce) {
  const auto pieces = pieces_of_lengths({5, 100, 2, 7, 2, 2, 31, 30, 0, 1});
  std::vector<int> seen(pieces.size(), 0);
  std::size_t longest = 0;
  compute_batches(pieces, options_of(32), [&](const TextBatch& batch) {
    EXPECT_FALSE(torch::GradMode::is_enabled());
    std::size_t tokens = 0;
    for (const std::size_t index : batch.pieces) {
      ++seen[index];
      tokens += pieces[index].ids.size();
      EXPECT_GE(pieces[index].ids.size(), longest);  // those of like length together
      longest = pieces[index].ids.size();
    }
    EXPECT_TRUE(tokens <= 32 || batch.pieces.size() == 1);
    EXPECT_EQ(batch.tokens.num_tokens(), static_cast<std::int64_t>(tokens));
  });
  EXPECT_EQ(seen, std::vector<int>(pieces.size(), 1));
  compute_batches({}, options_of(32), [](const TextBatch&) { ADD_FAILURE(); });
}

TEST(TextBatches, PiecesStandEndToEnd) {
  const auto pieces = pieces_of_lengths({3, 1, 2, 4});
  const std::vector<std::size_t> wanted{0, 3, 1};
  int batches = 0;
  compute_batches(pieces, wanted, options_of(100), [&](const TextBatch& batch) {
    ++batches;
    EXPECT_EQ(std::vector<std::size_t>(batch.pieces.begin(), batch.pieces.end()),
              (std::vector<std::size_t>{1, 0, 3}));
    EXPECT_EQ(std::vector<std::int32_t>(batch.begins.begin(), batch.begins.end()),
              (std::vector<std::int32_t>{0, 1, 4, 8}));
    const auto expect = [](const torch::Tensor& found, std::vector<std::int64_t> expected) {
      EXPECT_TRUE(torch::equal(found, torch::tensor(expected))) << found;
    };
    expect(batch.tokens.tokens, {1, 0, 0, 0, 3, 3, 3, 3});
    expect(batch.tokens.position_ids, {0, 0, 1, 2, 0, 1, 2, 3});
    expect(batch.tokens.segment_ids, {1, 0, 0, 0, 1, 1, 1, 1});
  });
  EXPECT_EQ(batches, 1);
}

}  // namespace
}  // namespace roformer::pipeline
